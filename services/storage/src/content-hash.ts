import { createHash } from 'node:crypto';
import { Blake3Hasher } from '@napi-rs/blake-hash';
import type { ContentHashes } from './ports/object-store.ts';

export interface ContentHash {
  readonly update: (chunk: Buffer) => void;
  /** Once, at the end. */
  readonly digest: () => ContentHashes;
}

/**
 * SHA-256 and BLAKE3 in one pass. Two of unlike construction: whoever finds a collision in one has not changed the evidence
 * unseen. Measured over chunks of 64 KiB: SHA-256 1.3 GiB a second of CPU alone.
 */
export function createContentHash(): ContentHash {
  const sha256 = createHash('sha256');
  const blake3 = new Blake3Hasher();
  return {
    update: (chunk) => {
      sha256.update(chunk);
      blake3.update(chunk);
    },
    digest: () => ({ sha256: sha256.digest('hex'), blake3: blake3.digest('hex') }),
  };
}
