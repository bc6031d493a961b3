import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidConsistencyTokenError } from './errors.ts';
import { createTokenCodec, parseTokenKeys } from './token.ts';

const keys = [randomBytes(32)];
const codec = createTokenCodec(keys);
const position = fc.record({
  timeline: fc.integer({ min: 1, max: 0xffffffff }),
  lsn: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});

test('every position comes back from its token', () => {
  fc.assert(
    fc.property(position, (one) => {
      expect(codec.decode(codec.encode(one))).toEqual(one);
    }),
  );
});

test('a token with any one character changed is refused', () => {
  const character = fc.constantFrom('A', 'Q', 'g', 'w', 'z', '0', '9', '-', '_');
  fc.assert(
    fc.property(position, fc.integer({ min: 0, max: 38 }), character, (one, index, other) => {
      const token = codec.encode(one);
      fc.pre(token[index] !== other);
      const forged = `${token.slice(0, index)}${other}${token.slice(index + 1)}`;
      expect(() => codec.decode(forged)).toThrow(InvalidConsistencyTokenError);
    }),
  );
});

test('text and bytes that nobody signed are refused', () => {
  const bytes = fc.uint8Array({ minLength: 29, maxLength: 29 }).map((one) => Buffer.from(one).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), bytes), (text) => {
      expect(() => codec.decode(text)).toThrow(InvalidConsistencyTokenError);
    }),
  );
});

test('a token signed with a key that is not ours is refused, one signed with an earlier key of ours is not', () => {
  const [old, current] = [randomBytes(32), randomBytes(32)];
  const token = createTokenCodec([old]).encode({ timeline: 3, lsn: 77n });
  expect(() => createTokenCodec([current]).decode(token)).toThrow(InvalidConsistencyTokenError);
  expect(createTokenCodec([current, old]).decode(token)).toEqual({ timeline: 3, lsn: 77n });
});

test('keys are read from base64, and one too short is refused without being shown', () => {
  const [one, other] = [randomBytes(32), randomBytes(48)];
  expect(parseTokenKeys(`${one.toString('base64')}, ${other.toString('base64')}`)).toEqual([one, other]);
  expect(() => parseTokenKeys('c2hvcnQ=')).toThrow(/32 bytes or more/);
});
