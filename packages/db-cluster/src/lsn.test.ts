import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeConsistencyToken, encodeConsistencyToken, parseLsn } from './lsn.ts';

test('a position survives its token', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => {
      expect(decodeConsistencyToken(encodeConsistencyToken(lsn))).toBe(lsn);
    }),
  );
});

test('positions compare across the 4 GiB boundary', () => {
  expect(parseLsn('1/0')).toBe(0x1_0000_0000n);
  expect(parseLsn('16/B374D848')).toBeGreaterThan(parseLsn('15/FFFFFFFF') ?? 0n);
});

test('what is no token of ours is no position', () => {
  for (const text of [
    '',
    'abc',
    Buffer.from('v2:1/0').toString('base64url'),
    Buffer.from('v1:zz').toString('base64url'),
  ]) {
    expect(decodeConsistencyToken(text)).toBeUndefined();
  }
});
