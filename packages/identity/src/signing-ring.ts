import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';

const KeyId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'a key id is 1 to 32 letters, digits, _ or -');

const isPrivateKey = (pem: string): boolean => {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
};

/**
 * The keys that tokens are signed with, as they are kept in a file. All of them are published; `current` signs, and `next`
 * signs in its place from `activeFrom` on, in Unix milliseconds: by then everybody who verifies has had time to learn it.
 */
export const SigningRingData = z
  .object({
    current: KeyId,
    /** Private keys in PEM. */
    keys: z.record(KeyId, z.string().refine(isPrivateKey, 'a key is a private key in PEM')),
    next: z.object({ id: KeyId, activeFrom: z.number().int().nonnegative() }).optional(),
  })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), 'the current key is not among the keys')
  .refine(({ next, keys }) => !next || Object.hasOwn(keys, next.id), 'the next key is not among the keys');
export type SigningRingData = z.infer<typeof SigningRingData>;

/** A ring of one key. */
export const newSigningRing = (privateKeyPem: string): SigningRingData => ({
  current: 'k1',
  keys: { k1: privateKeyPem },
});

/** The id of the key that signs at `unixMs`. */
export const signingKeyIdOf = ({ current, next }: Omit<SigningRingData, 'keys'>, unixMs: number): string =>
  next && unixMs >= next.activeFrom ? next.id : current;

/**
 * Reads the text of a key file: a ring in JSON, or one private key in PEM. Throws for anything else, naming what does not
 * fit and never a key.
 */
export function parseSigningRing(text: string): SigningRingData {
  const parsed = SigningRingData.safeParse(text.trimStart().startsWith('{') ? JSON.parse(text) : newSigningRing(text));
  if (parsed.success) return parsed.data;
  throw new Error(`the signing keys do not fit: ${z.prettifyError(parsed.error)}`);
}
