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
}

interface Peak {
  readonly leaves: number;
  readonly hash: Uint8Array;
}

/** An empty tree. */
export function createMerkleTree(): MerkleTree {
  /** Full subtrees from left to right, each smaller than the one before. */
  const peaks: Peak[] = [];
  let size = 0;
  return {
    size: () => size,
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
