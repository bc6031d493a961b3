import { createHash, randomBytes } from 'node:crypto';

/** Random text of 256 bits behind a prefix that tells what it is, so that leaked ones can be found by scanners. */
export const createSecret = (prefix: 'soc_' | 'rt_' | 'oc_'): string =>
  `${prefix}${randomBytes(32).toString('base64url')}`;

/** What is stored in place of a secret. It has 256 random bits, so a fast hash is as good as a slow one. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
