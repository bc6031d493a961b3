import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { type Checkpoint, checkpointHash, signCheckpoint } from './checkpoint.ts';
import type { StoredCheckpoint } from './checkpoint-series.ts';
import { CHAIN_START, leafHash, nextLink } from './hash-chain.ts';
import { createMerkleTree } from './merkle-tree.ts';
import { trailLine } from './trail-line.ts';
import { bodyOf } from './trail-record.ts';
import { type TrailReport, verifyTrail } from './verify-trail.ts';

/** A trail as an auditor holds it. */
export interface HeldTrail {
  readonly lines: readonly string[];
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly publicKeys: readonly KeyObject[];
}

export const verify = (trail: HeldTrail): Promise<TrailReport> => verifyTrail(trail);

const bodyAt = (seq: number): string =>
  bodyOf({
    v: 1,
    seq,
    id: `0198c0de-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    at: new Date(1_700_000_000_000 + seq).toISOString(),
    service: 'response',
    tenantId: seq % 3 === 0 ? 'other' : 'default',
    action: 'playbook_step.decide',
    outcome: 'success',
    actor: { kind: 'user', id: `u${seq % 7}` },
  });

export const stored = (checkpoint: Checkpoint): StoredCheckpoint => ({
  name: `checkpoint-${String(checkpoint.claim.size).padStart(12, '0')}.json`,
  text: canonicalJson(checkpoint),
});

/** Lines of bodies, chained from the start: what somebody who can rewrite everything would write. */
export function chained(bodies: readonly string[]): readonly string[] {
  let chain: Uint8Array = CHAIN_START;
  return bodies.map((body, index) => {
    chain = nextLink(chain, leafHash(body));
    return trailLine({ seq: index + 1, chain, content: { body } });
  });
}

export const keyPair = () => generateKeyPairSync('ed25519');

/** Checkpoints over these bodies at these sizes, signed by `privateKey`. */
export function checkpointsOf(
  bodies: readonly string[],
  sizes: readonly number[],
  privateKey: KeyObject,
): readonly Checkpoint[] {
  const tree = createMerkleTree();
  const checkpoints: Checkpoint[] = [];
  let chain: Uint8Array = CHAIN_START;
  const signedSizes = new Set(sizes);
  for (const body of bodies) {
    const leaf = leafHash(body);
    chain = nextLink(chain, leaf);
    tree.append(leaf);
    if (!signedSizes.has(tree.size())) continue;
    const last = checkpoints.at(-1);
    checkpoints.push(
      signCheckpoint(
        {
          size: tree.size(),
          root: tree.root().toString('hex'),
          chain: Buffer.from(chain).toString('hex'),
          at: new Date(1_700_000_000_000 + tree.size()).toISOString(),
          previous: last ? checkpointHash(last) : null,
        },
        privateKey,
      ),
    );
  }
  return checkpoints;
}

export interface IntactTrail extends HeldTrail {
  readonly bodies: readonly string[];
  readonly signed: readonly Checkpoint[];
  readonly privateKey: KeyObject;
}

/** An intact trail of so many records, signed at these sizes. */
export function intactTrail(records: number, sizes: readonly number[]): IntactTrail {
  const { privateKey, publicKey } = keyPair();
  const bodies = Array.from({ length: records }, (_, index) => bodyAt(index + 1));
  const signed = checkpointsOf(bodies, sizes, privateKey);
  return {
    bodies,
    signed,
    privateKey,
    lines: chained(bodies),
    checkpoints: signed.map(stored),
    publicKeys: [publicKey],
  };
}
