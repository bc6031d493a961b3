import type { Checkpoint } from './checkpoint.ts';
import type { Finding } from './finding.ts';
import { CHAIN_START, leafHash, nextLink } from './hash-chain.ts';
import { createMerkleTree } from './merkle-tree.ts';

/** A record as a verifier is given it: its place, its text or, where that is not disclosed, the hash of it, and the chain after it. */
export interface ShownRecord {
  readonly seq: number;
  readonly chain: Uint8Array;
  /** Canonical JSON, or the leaf hash of a record that is not shown. */
  readonly content: { readonly body: string } | { readonly leaf: Uint8Array };
}

/** How far a trail has been verified. */
export interface Verified {
  readonly records: number;
  /** The chain after the last. */
  readonly chain: Buffer;
  /** The Merkle root over all of them. */
  readonly root: Buffer;
  /** The largest signed size that agreed with the records; later records have no signature yet. */
  readonly signedRecords: number;
}

/** Follows a trail record by record, in constant memory. */
export interface TrailVerifier {
  /** Takes one more checkpoint, larger than those before, ahead of the last record that it covers. */
  readonly take: (checkpoint: Checkpoint) => void;
  /** The first thing that is wrong, or undefined; after a finding nothing more may be added. */
  readonly add: (record: ShownRecord) => Finding | undefined;
  readonly state: () => Verified;
  /** Records so far; cheaper than `state`. */
  readonly records: () => number;
  /** What is wrong when the trail ends here. */
  readonly end: () => Finding | undefined;
}

const leafOf = ({ content }: ShownRecord): Uint8Array => ('body' in content ? leafHash(content.body) : content.leaf);

/** Verifies records from the first on against checkpoints whose signatures have been checked, in the order of their sizes. */
export function createTrailVerifier(known: readonly Checkpoint[] = []): TrailVerifier {
  const tree = createMerkleTree();
  let checkpoints = [...known];
  let next = 0;
  let chain: Buffer = CHAIN_START;
  let signedRecords = 0;

  const contradiction = (): Finding | undefined => {
    for (let claim = checkpoints[next]?.claim; claim?.size === tree.size(); claim = checkpoints[next]?.claim) {
      const { size, root, chain: signedChain } = claim;
      if (root !== tree.root().toString('hex') || signedChain !== chain.toString('hex')) {
        return { kind: 'contradicts_checkpoint', seq: signedRecords + 1, size };
      }
      signedRecords = size;
      next += 1;
    }
    return undefined;
  };

  return {
    take: (checkpoint) => {
      if (next === checkpoints.length) [checkpoints, next] = [[], 0];
      checkpoints.push(checkpoint);
    },
    add: (record) => {
      const seq = tree.size() + 1;
      if (record.seq !== seq) return { kind: 'out_of_sequence', seq, found: record.seq };
      const leaf = leafOf(record);
      const link = nextLink(chain, leaf);
      if (!link.equals(record.chain)) return { kind: 'changed_record', seq };
      chain = link;
      tree.append(leaf);
      return contradiction();
    },
    records: () => tree.size(),
    state: () => ({ records: tree.size(), chain, root: tree.root(), signedRecords }),
    end: () => {
      const last = next < checkpoints.length ? checkpoints.at(-1) : undefined;
      return last && { kind: 'truncated', seq: tree.size() + 1, size: last.claim.size };
    },
  };
}
