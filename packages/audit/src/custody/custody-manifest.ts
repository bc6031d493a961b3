import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { keyIdOf } from '../checkpoint.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Id = z.string().regex(/^[0-9a-z-]{1,64}$/);

/** An object of an export, and what its custody came to when it was exported. */
const ExportedObject = z.strictObject({
  id: Id,
  filename: z.string(),
  contentType: z.string(),
  sizeBytes: z.number().int().min(0),
  sha256: Hash,
  /** Null of what was stored before this hash was taken. */
  blake3: Hash.nullable(),
  storedAt: z.string(),
  storedBy: z.string(),
  /** How many entries its chain has, the one of this export the last; and the chain after that. */
  entries: z.number().int().min(1),
  chain: Hash,
  content: z.enum(['included', 'left_out', 'purged']),
  /** Why the content was in quarantine when it was exported; absent when it was not. */
  quarantineReason: z.string().optional(),
});
export type ExportedObject = z.infer<typeof ExportedObject>;

/** What an export consists of. */
export const CustodyManifest = z.strictObject({
  v: z.literal(1),
  exportId: Id,
  at: z.string(),
  tenantId: z.string(),
  exportedBy: z.strictObject({ id: z.string(), name: z.string() }),
  /** For whom, and why, in the words of who exported. */
  recipient: z.string(),
  purpose: z.string(),
  objects: z.array(ExportedObject),
  keyId: Hash,
});
export type CustodyManifest = z.infer<typeof CustodyManifest>;

/** A manifest with its Ed25519 signature (RFC 8032) in base64. */
export const SignedManifest = z.strictObject({ manifest: CustodyManifest, signature: z.string() });
export type SignedManifest = z.infer<typeof SignedManifest>;

const CONTEXT = 'soc-custody-export/1\n';
const signedBytes = (manifest: CustodyManifest): Buffer => Buffer.from(CONTEXT + canonicalJson(manifest));

/** Signs a manifest with an Ed25519 private key. */
export function signManifest(manifest: Omit<CustodyManifest, 'v' | 'keyId'>, privateKey: KeyObject): SignedManifest {
  const full: CustodyManifest = { v: 1, ...manifest, keyId: keyIdOf(privateKey) };
  return { manifest: full, signature: sign(null, signedBytes(full), privateKey).toString('base64') };
}

/** Whether one of the keys has signed the manifest. */
export function isManifestSignedBy({ manifest, signature }: SignedManifest, publicKeys: readonly KeyObject[]): boolean {
  const key = publicKeys.find((each) => keyIdOf(each) === manifest.keyId);
  return key !== undefined && verify(null, signedBytes(manifest), key, Buffer.from(signature, 'base64'));
}

/** Where the parts of an export are in it. */
export const exportPaths = {
  manifest: 'manifest.json',
  readme: 'README.txt',
  keys: 'public-keys.pem',
  entries: (objectId: string): string => `objects/${objectId}/entries.ndjson`,
  checkpoints: (objectId: string): string => `objects/${objectId}/checkpoints.ndjson`,
  content: (objectId: string): string => `objects/${objectId}/content`,
} as const;
