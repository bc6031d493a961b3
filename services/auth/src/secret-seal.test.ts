import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSecretSeal } from './secret-seal.ts';

const key = (): string => randomBytes(32).toString('base64');
const secret = Buffer.from('the shared secret of ann');

test('what is sealed opens for its owner, and shows nothing', () => {
  const seal = createSecretSeal(key());
  const sealed = seal.seal(secret, 'ann');
  expect(seal.open(sealed, 'ann')).toEqual(secret);
  expect(sealed).not.toContain(secret.toString('base64url'));
  expect(seal.seal(secret, 'ann')).not.toBe(sealed);
});

test('what is moved to another owner, changed or cut off does not open', () => {
  const seal = createSecretSeal(key());
  const sealed = seal.seal(secret, 'ann');
  expect(() => seal.open(sealed, 'bob')).toThrow();
  expect(() => seal.open(`${sealed.slice(0, -2)}AA`, 'ann')).toThrow();
  expect(() => seal.open(sealed.slice(0, -8), 'ann')).toThrow();
  expect(() => createSecretSeal(key()).open(sealed, 'ann')).toThrow('not in the key file');
});

test('after a new key is put first, what was sealed before still opens, until its key is gone', () => {
  const [older, newer] = [key(), key()];
  const sealed = createSecretSeal(older).seal(secret, 'ann');
  const rotated = createSecretSeal(`${newer}\n${older}\n`);
  expect(rotated.open(sealed, 'ann')).toEqual(secret);
  expect(createSecretSeal(newer).open(rotated.seal(secret, 'ann'), 'ann')).toEqual(secret);
});

test('a key file without a key, or with one of another length, is refused without its text', () => {
  expect(() => createSecretSeal('\n')).toThrow('no key');
  expect(() => createSecretSeal('c2hvcnQ=')).toThrow(/^a key that seals must be 32 bytes in base64$/);
});
