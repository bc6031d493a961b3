import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { publicKeysOf } from '@soc/audit';

/** The key that signs custody, and the public parts of it and of those that did before. */
export interface CustodyKeys {
  readonly privateKey: KeyObject;
  readonly publicKeys: readonly KeyObject[];
}

/** Reads a PEM file: the first key signs. Throws for one that is no Ed25519 private key. */
export async function readCustodyKeys(file: string): Promise<CustodyKeys> {
  const text = await readFile(file, 'utf8');
  const privateKey = createPrivateKey(text);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`the first key in ${file} is not an Ed25519 key`);
  return { privateKey, publicKeys: publicKeysOf(text) };
}
