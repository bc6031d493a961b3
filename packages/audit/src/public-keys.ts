import { createPublicKey, type KeyObject } from 'node:crypto';

/** The public keys of a text in PEM: one or, where the key was changed, several. A private key stands for its public part. Throws for one that is none. */
export function publicKeysOf(text: string): readonly KeyObject[] {
  const pems = text.match(/-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  return pems.map((pem) => createPublicKey(pem));
}
