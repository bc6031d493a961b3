import { hash } from 'node:crypto';

const NODE = Buffer.from([0x01]);

const join = (left: Uint8Array, right: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');

/** The root of a tree without leaves: SHA-256 of nothing. */
const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

/** A Merkle tree of RFC 6962, section 2.1, that only grows. It keeps one hash per level, whatever its size. */
export interface MerkleTree {
  /** Leaves so far. */
  readonly size: () => number;
  readonly append: (leafHash: Uint8Array) => void;
  /** The tree's head over all leaves so far, 32 bytes. */
  readonly root: () => Buffer;
  /** The hashes of its full subtrees from left to right, 32 bytes each: with the size, all that is needed to go on later. */
  readonly peaks: () => Buffer;
}

/** A tree as it was left. */
export interface KeptTree {
  readonly size: number;
  readonly peaks: Uint8Array;
}

const HASH_BYTES = 32;

/** A tree of `size` leaves has a full subtree for each bit of that number, the largest first. */
function* keptPeaks({ size, peaks }: KeptTree): Generator<Peak> {
  let at = 0;
  for (let leaves = 2 ** Math.floor(Math.log2(size)); leaves >= 1; leaves /= 2) {
    if (Math.floor(size / leaves) % 2 === 0) continue;
    yield { leaves, hash: peaks.subarray(at, at + HASH_BYTES) };
    at += HASH_BYTES;
  }
  if (at !== peaks.length) throw new Error(`${peaks.length} bytes are not the peaks of a tree of ${size} leaves`);
}

interface Peak {
  readonly leaves: number;
  readonly hash: Uint8Array;
}

/** An empty tree, or one that goes on from where it was left. Throws for peaks that are not of a tree of that size. */
export function createMerkleTree(kept?: KeptTree): MerkleTree {
  /** Full subtrees from left to right, each smaller than the one before. */
  const peaks: Peak[] = kept ? [...keptPeaks(kept)] : [];
  let size = kept?.size ?? 0;
  return {
    size: () => size,
    peaks: () => Buffer.concat(peaks.map((peak) => peak.hash)),
    append: (leafHash) => {
      size += 1;
      let peak: Peak = { leaves: 1, hash: leafHash };
      for (let last = peaks.at(-1); last?.leaves === peak.leaves; last = peaks.at(-1)) {
        peaks.pop();
        peak = { leaves: peak.leaves * 2, hash: join(last.hash, peak.hash) };
      }
      peaks.push(peak);
    },
    root: () => {
      const last = peaks.at(-1);
      if (!last) return EMPTY_ROOT;
      return Buffer.from(peaks.slice(0, -1).reduceRight((right, { hash: left }) => join(left, right), last.hash));
    },
  };
}
