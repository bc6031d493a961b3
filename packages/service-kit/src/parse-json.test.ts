import { expect, test } from 'vitest';
import { parseJson } from './parse-json.ts';

test.each(['__proto__', String.raw`\u005f_proto__`, String.raw`__pr\u006Fto__`, String.raw`__\u0070roto__`])(
  'the key %s is refused, however it is written',
  (key) => {
    expect(() => parseJson(`{"a":[{"${key}":{}}]}`)).toThrow(SyntaxError);
  },
);

test('an escape that only looks like one of the key is data', () => {
  expect(parseJson(String.raw`{"pr\u006fto":"__pr\u006fto__"}`)).toEqual({ proto: '__proto__' });
});
