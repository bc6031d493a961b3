import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import {
  costsTheSame,
  type HashCost,
  type PasswordHash,
  readPasswordHash,
  writePasswordHash,
} from './domain/password-hash.ts';

/** Hashes passwords with Argon2id (RFC 9106). Each call takes about 0.2 s of one core and `memoryKib` of memory. */
export interface PasswordHasher {
  /** A PHC string with a new salt. */
  readonly hash: (password: string) => Promise<string>;
  /** A stored hash that no password fits, at no cost: of somebody who logs in elsewhere. */
  readonly ofNothing: () => string;
  /** Whether the password fits. Without a stored hash the answer is no, after the same time. */
  readonly fits: (password: string, stored: string | undefined) => Promise<boolean>;
  /** Whether a stored hash costs what new ones do. */
  readonly isCurrent: (stored: string) => boolean;
}

/** RFC 9106, section 4: a salt of 128 bits and a tag of 256. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

const deriveKey = promisify(argon2);

/** RFC 8265, section 4.2: the same characters, however they were typed. */
const derive = (password: string, { memoryKib, passes, lanes, salt, tag }: PasswordHash): Promise<Buffer> =>
  deriveKey('argon2id', {
    message: password.normalize('NFC'),
    nonce: salt,
    memory: memoryKib,
    passes,
    parallelism: lanes,
    tagLength: tag.length,
  });

export function createPasswordHasher(cost: HashCost): PasswordHasher {
  // No password has this tag: what is compared with it never fits.
  const nobodys: PasswordHash = { ...cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };
  return {
    hash: async (password) => {
      const empty = { ...cost, salt: randomBytes(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) };
      return writePasswordHash({ ...empty, tag: await derive(password, empty) });
    },
    ofNothing: () => writePasswordHash({ ...cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) }),
    fits: async (password, stored) => {
      const expected = stored === undefined ? nobodys : readPasswordHash(stored);
      return timingSafeEqual(await derive(password, expected), expected.tag);
    },
    isCurrent: (stored) => costsTheSame(readPasswordHash(stored), cost),
  };
}
