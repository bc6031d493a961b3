import { createHash, timingSafeEqual } from 'node:crypto';

/** The hash of a signature's algorithm: its last three digits, SHA-512 for Ed25519. */
const hashNameOf = (algorithm: string): string => `sha${/(256|384|512)$/.exec(algorithm)?.[1] ?? '512'}`;

/** Whether `at_hash` is of this access token: the left half of its hash (OpenID Connect Core 1.0, section 3.1.3.6). */
export function fitsAccessToken(atHash: string, accessToken: string, algorithm: string): boolean {
  const hash = createHash(hashNameOf(algorithm)).update(accessToken, 'ascii').digest();
  const expected = hash.subarray(0, hash.length / 2);
  const given = Buffer.from(atHash, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
