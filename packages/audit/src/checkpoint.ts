import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What a checkpoint says of the first `size` records. Hashes in hexadecimal. */
export const CheckpointClaim = z.strictObject({
  v: z.literal(1),
  size: z.number().int().min(1),
  /** Head of the Merkle tree over their leaf hashes, RFC 6962. */
  root: Hash,
  /** The chain after the last of them. */
  chain: Hash,
  /** When it was signed, RFC 3339. */
  at: z.string(),
  /** `checkpointHash` of the one before; null of the first. */
  previous: Hash.nullable(),
  /** `keyIdOf` the key that signed. */
  keyId: Hash,
});
export type CheckpointClaim = z.infer<typeof CheckpointClaim>;

/** A claim with its Ed25519 signature (RFC 8032) in base64. */
export const Checkpoint = z.strictObject({ claim: CheckpointClaim, signature: z.string() });
export type Checkpoint = z.infer<typeof Checkpoint>;

const CONTEXT = 'soc-audit-checkpoint/1\n';
const signedBytes = (claim: CheckpointClaim): Buffer => Buffer.from(CONTEXT + canonicalJson(claim));
const sha256Hex = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The id of a key: SHA-256 of its public part as SubjectPublicKeyInfo in DER. Takes a private key too. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return sha256Hex(publicKey.export({ type: 'spki', format: 'der' }));
}

/** What the next checkpoint names as `previous`: SHA-256 of this one in canonical JSON, its signature included. */
export const checkpointHash = (checkpoint: Checkpoint): string => sha256Hex(canonicalJson(checkpoint));

/** Signs a claim with an Ed25519 private key. */
export function signCheckpoint(claim: Omit<CheckpointClaim, 'v' | 'keyId'>, privateKey: KeyObject): Checkpoint {
  const full: CheckpointClaim = { v: 1, ...claim, keyId: keyIdOf(privateKey) };
  return { claim: full, signature: sign(null, signedBytes(full), privateKey).toString('base64') };
}

/** Whether one of the keys has signed the checkpoint. */
export function isSignedBy({ claim, signature }: Checkpoint, publicKeys: readonly KeyObject[]): boolean {
  const key = publicKeys.find((each) => keyIdOf(each) === claim.keyId);
  return key !== undefined && verify(null, signedBytes(claim), key, Buffer.from(signature, 'base64'));
}
