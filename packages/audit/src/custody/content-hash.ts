import { createHash } from 'node:crypto';
import { Blake3Hasher } from '@napi-rs/blake-hash';

/** The two hashes of a content, in lower-case hex. */
export interface ContentDigest {
  readonly sha256: string;
  readonly blake3: string;
  readonly sizeBytes: number;
}

/** Takes a content piece by piece, once. */
export interface ContentHash {
  readonly update: (chunk: Uint8Array) => void;
  readonly digest: () => ContentDigest;
}

/** SHA-256 (FIPS 180-4) and BLAKE3 in one pass: should one of them be broken one day, the other still vouches for the content. */
export function createContentHash(): ContentHash {
  const sha256 = createHash('sha256');
  const blake3 = new Blake3Hasher();
  let sizeBytes = 0;
  return {
    update: (chunk) => {
      sizeBytes += chunk.length;
      sha256.update(chunk);
      blake3.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    },
    digest: () => ({ sha256: sha256.digest('hex'), blake3: blake3.digest('hex'), sizeBytes }),
  };
}
