import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** The passwords are 256 random bits: there is nothing for the iterations to protect, and each costs every login. */
export const SCRAM_ITERATIONS = 1;

/**
 * What PostgreSQL stores of a password (RFC 5803), made here, so that the password itself is in no statement and therefore in
 * no log. `password` must be plain ASCII, which SASLprep leaves as it is; others are refused.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = SCRAM_ITERATIONS): string {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new Error('a password of the database must be printable ASCII');
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyOf = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const serverKey = keyOf('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
