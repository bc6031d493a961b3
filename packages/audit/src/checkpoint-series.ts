import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Checkpoint, checkpointHash, isSignedBy } from './checkpoint.ts';
import type { Finding } from './finding.ts';

/** A checkpoint as it is stored; `name` is that of its file. */
export interface StoredCheckpoint {
  readonly name: string;
  readonly text: string;
}

/** Checkpoints in the order of their sizes, and what is wrong with them. */
export interface CheckpointSeries {
  /** Those that were signed by the key, also after a finding. */
  readonly checkpoints: readonly Checkpoint[];
  readonly findings: readonly Finding[];
}

const reasonOf = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);

function readCheckpoint({ name, text }: StoredCheckpoint, publicKeys: readonly KeyObject[]): Checkpoint | Finding {
  try {
    const checkpoint = Checkpoint.parse(JSON.parse(text));
    const { size } = checkpoint.claim;
    return isSignedBy(checkpoint, publicKeys) ? checkpoint : { kind: 'forged_checkpoint', name, size };
  } catch (error) {
    return { kind: 'unreadable_checkpoint', name, reason: reasonOf(error) };
  }
}

const follows = ({ claim: { size, previous } }: Checkpoint, last: Checkpoint | undefined): boolean =>
  last ? previous === checkpointHash(last) && size > last.claim.size : previous === null;

/**
 * Reads checkpoints and checks their signatures and that each names the one before. Files in any order. The newest ones
 * being missing shows only in records beyond the last. `before` is the checkpoint that the first of them is to follow.
 */
export function readCheckpoints(
  stored: Iterable<StoredCheckpoint>,
  publicKeys: readonly KeyObject[],
  before?: Checkpoint,
): CheckpointSeries {
  const findings: Finding[] = [];
  const read: { readonly name: string; readonly checkpoint: Checkpoint }[] = [];
  for (const each of stored) {
    const checkpoint = readCheckpoint(each, publicKeys);
    if ('claim' in checkpoint) read.push({ name: each.name, checkpoint });
    else findings.push(checkpoint);
  }
  read.sort((a, b) => a.checkpoint.claim.size - b.checkpoint.claim.size);
  let last = before;
  for (const { name, checkpoint } of read) {
    if (!follows(checkpoint, last)) findings.push({ kind: 'broken_checkpoints', name, size: checkpoint.claim.size });
    last = checkpoint;
  }
  return { checkpoints: read.map(({ checkpoint }) => checkpoint), findings };
}

/** Follows checkpoints in the order they were made, in constant memory. */
export interface CheckpointFollower {
  /** Takes the next one. Answers it when records are to be held against it; undefined when it is nothing to hold them against. */
  readonly see: (stored: StoredCheckpoint) => Checkpoint | undefined;
  /** What is wrong so far; the first hundred. */
  readonly findings: () => readonly Finding[];
  readonly newest: () => Checkpoint | undefined;
}

/** Whoever makes an export can make as many as they like. */
const MOST_FINDINGS = 100;

/** As `readCheckpoints`, of such as come in the order of their sizes: one that does not is a finding. */
export function createCheckpointFollower(publicKeys: readonly KeyObject[]): CheckpointFollower {
  const findings: Finding[] = [];
  const find = (finding: Finding): void => {
    if (findings.length < MOST_FINDINGS) findings.push(finding);
  };
  let last: Checkpoint | undefined;
  return {
    see: (stored) => {
      const checkpoint = readCheckpoint(stored, publicKeys);
      if (!('claim' in checkpoint)) {
        find(checkpoint);
        return undefined;
      }
      const { size } = checkpoint.claim;
      if (!follows(checkpoint, last)) find({ kind: 'broken_checkpoints', name: stored.name, size });
      if (size <= (last?.claim.size ?? 0)) return undefined;
      last = checkpoint;
      return checkpoint;
    },
    findings: () => findings,
    newest: () => last,
  };
}
