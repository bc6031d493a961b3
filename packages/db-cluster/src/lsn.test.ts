import { expect, test } from 'vitest';
import { parseLsn } from './lsn.ts';

test('a log position is read as the number of bytes it stands for', () => {
  expect(parseLsn('0/0')).toBe(0n);
  expect(parseLsn('16/B374D848')).toBe(0x16b374d848n);
  expect(parseLsn('FFFFFFFF/FFFFFFFF')).toBe(2n ** 64n - 1n);
});

test('anything else is no log position', () => {
  for (const text of ['', '16', '16/', '/1', '1/G', '123456789/0', '0/0 ', '0/0/0']) {
    expect(parseLsn(text)).toBeUndefined();
  }
});
