import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { readPasswordHash, writePasswordHash } from './domain/password-hash.ts';
import { createPasswordHasher } from './password-hasher.ts';

const cost = { memoryKib: 1_024, passes: 1, lanes: 1 };
const hasher = createPasswordHasher(cost);

test('the Argon2id underneath gives the test vector of RFC 9106, section 5.3', () => {
  const tag = argon2Sync('argon2id', {
    message: Buffer.alloc(32, 1),
    nonce: Buffer.alloc(16, 2),
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
    memory: 32,
    passes: 3,
    parallelism: 4,
    tagLength: 32,
  });
  expect(tag.toString('hex')).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

test('a password fits its own hash, another does not, and two hashes of one password differ', async () => {
  const [one, two] = await Promise.all([hasher.hash('correct horse battery'), hasher.hash('correct horse battery')]);
  expect(one).not.toBe(two);
  expect(await hasher.fits('correct horse battery', one)).toBe(true);
  expect(await hasher.fits('correct horse batterx', one)).toBe(false);
});

test('an accent typed as one character or as two is the same password', async () => {
  expect(await hasher.fits('caf\u00e9 au lait', await hasher.hash('cafe\u0301 au lait'))).toBe(true);
});

test('without a stored hash nothing fits', async () => {
  expect(await hasher.fits('anything at all', undefined)).toBe(false);
});

test('a hash of another cost still fits but is not current', async () => {
  const stored = await createPasswordHasher({ ...cost, passes: 2 }).hash('correct horse battery');
  expect(await hasher.fits('correct horse battery', stored)).toBe(true);
  expect(hasher.isCurrent(stored)).toBe(false);
  expect(hasher.isCurrent(writePasswordHash({ ...readPasswordHash(stored), passes: 1 }))).toBe(true);
});
