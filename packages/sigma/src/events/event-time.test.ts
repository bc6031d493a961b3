import { expect, it } from 'vitest';
import { parseEventTime } from './event-time.ts';

const at = Date.UTC(2024, 2, 5, 10, 20, 30);

it.each([
  ['2024-03-05T10:20:30Z', at],
  ['2024-03-05T10:20:30.123456789Z', at + 123],
  ['2024-03-05 10:20:30', at],
  ['2024-03-05 10:20:30.500000000', at + 500],
  ['2024-03-05T12:20:30+02:00', at],
  ['2024-03-05T04:20:30.000000-0600', at],
  ['05/Mar/2024:10:20:30 +0000', at],
  ['Tue, 05 Mar 2024 10:20:30 GMT', at],
  ['3/5/2024 10:20:30 AM', at],
  [at / 1000, at],
  [at / 1000 + 0.25, at + 250],
  [at, at],
  [at * 1000, at],
  [at * 1_000_000, at],
  [String(at), at],
  ['1709634030.123', at + 123],
])('%s is that moment, in UTC where it names no zone', (text, time) => {
  expect(parseEventTime(text)).toBe(time);
});

it.each([undefined, null, '', 'yesterday', 'XXXXXXXXXX.XXXXXX', '2024-13-45T99:99:99Z', -5, Number.NaN, true])(
  '%s is no time',
  (value) => {
    expect(parseEventTime(value)).toBeUndefined();
  },
);
