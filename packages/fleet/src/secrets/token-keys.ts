import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { newSigningRing, SigningRingData } from '@soc/identity';
import type { KeyRingKind } from './key-ring-file.ts';

/** Its name in the folder of the secrets. */
export const TOKEN_KEY_RING = 'auth-signing-keys.json';
/** The one key that there was before there was a ring. */
const SINGLE_KEY = 'auth-signing-key.pem';

/** A new RSA private key, as PEM. */
export async function newSigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The keys that access tokens are signed with. A token lives for 15 minutes unless the installation says otherwise. */
export const tokenKeys: KeyRingKind<SigningRingData> = {
  fileName: TOKEN_KEY_RING,
  schema: SigningRingData,
  newKey: newSigningKey,
  does: 'signs',
  toDo: 'sign',
  retireAfterMs: 60 * 60 * 1000,
};

/** The first ring of a folder of secrets: of the key that was there before, so that its tokens go on, or of a new one. */
export async function firstTokenKeys(directory: string): Promise<string> {
  const kept = await readFile(join(directory, SINGLE_KEY), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return `${JSON.stringify(newSigningRing(kept ?? (await newSigningKey())), null, 2)}\n`;
}
