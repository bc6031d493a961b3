import { expect, test } from 'vitest';
import { createSecretBox } from './secret-box.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const box = createSecretBox(key);

test('a credential comes out as it went in, and looks different every time', () => {
  const [first, second] = [box.seal('pässword', 'c1'), box.seal('pässword', 'c1')];
  expect([box.open(first, 'c1'), box.open(second, 'c1')]).toEqual(['pässword', 'pässword']);
  expect(first).not.toBe(second);
});

test('a credential does not open for another channel, under another key, or when it was changed', () => {
  const sealed = box.seal('password', 'c1');
  expect(() => box.open(sealed, 'c2')).toThrow();
  expect(() => createSecretBox(Buffer.alloc(32, 2).toString('base64')).open(sealed, 'c1')).toThrow();
  const changed = `${sealed.slice(0, -3)}${sealed.endsWith('AAA') ? 'BBB' : 'AAA'}`;
  expect(() => box.open(changed, 'c1')).toThrow();
  expect(() => box.open('v9.xx', 'c1')).toThrow('this version does not know');
});
