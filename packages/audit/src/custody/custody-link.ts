import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import { Checkpoint, checkpointHash, signCheckpoint } from '../checkpoint.ts';
import { CHAIN_START, leafHash, nextLink } from '../hash-chain.ts';
import { createMerkleTree } from '../merkle-tree.ts';
import { custodyBody, type CustodyFact } from './custody-record.ts';

/** What an entry adds to the chain of its object; with the one before, all that is needed to go on. */
export interface CustodyLink {
  readonly sequence: number;
  /** The chain after the entry. */
  readonly chain: Buffer;
  /** The peaks of the Merkle tree after the entry. */
  readonly peaks: Buffer;
  /** Covers the entry and all before it, in canonical JSON; null where a later one in the same transaction does. */
  readonly checkpoint: string | null;
}

/**
 * Continues the chain of an object by entries that follow each other, and signs for them. `last` is the link before, undefined at
 * the beginning. The signature is one over all of them, so what commits together is signed together.
 */
export function linkCustody(
  last: CustodyLink | undefined,
  facts: readonly CustodyFact[],
  signing: { readonly privateKey: KeyObject; readonly at: string },
): readonly CustodyLink[] {
  const tree = createMerkleTree(last && { size: last.sequence, peaks: last.peaks });
  const before = typeof last?.checkpoint === 'string' ? Checkpoint.parse(JSON.parse(last.checkpoint)) : undefined;
  let chain: Buffer = last?.chain ?? CHAIN_START;
  return facts.map((fact, index) => {
    const leaf = leafHash(custodyBody(fact));
    chain = nextLink(chain, leaf);
    tree.append(leaf);
    const isLast = index === facts.length - 1;
    const claim = {
      size: tree.size(),
      root: tree.root().toString('hex'),
      chain: chain.toString('hex'),
      at: signing.at,
      previous: before ? checkpointHash(before) : null,
    };
    return {
      sequence: fact.sequence,
      chain,
      peaks: tree.peaks(),
      checkpoint: isLast ? canonicalJson(signCheckpoint(claim, signing.privateKey)) : null,
    };
  });
}
