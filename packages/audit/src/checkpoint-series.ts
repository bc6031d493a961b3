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
  for (const { name, text } of stored) {
    try {
      const checkpoint = Checkpoint.parse(JSON.parse(text));
      if (isSignedBy(checkpoint, publicKeys)) read.push({ name, checkpoint });
      else findings.push({ kind: 'forged_checkpoint', name, size: checkpoint.claim.size });
    } catch (error) {
      findings.push({ kind: 'unreadable_checkpoint', name, reason: reasonOf(error) });
    }
  }
  read.sort((a, b) => a.checkpoint.claim.size - b.checkpoint.claim.size);
  let last = before;
  for (const { name, checkpoint } of read) {
    const { size, previous } = checkpoint.claim;
    const follows = last ? previous === checkpointHash(last) && size > last.claim.size : previous === null;
    if (!follows) findings.push({ kind: 'broken_checkpoints', name, size });
    last = checkpoint;
  }
  return { checkpoints: read.map(({ checkpoint }) => checkpoint), findings };
}
