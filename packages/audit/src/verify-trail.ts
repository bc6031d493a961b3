import type { KeyObject } from 'node:crypto';
import type { Checkpoint } from './checkpoint.ts';
import { createCheckpointFollower, readCheckpoints, type StoredCheckpoint } from './checkpoint-series.ts';
import type { Finding } from './finding.ts';
import { parseTrailLine } from './trail-line.ts';
import { createTrailVerifier, type ShownRecord, type TrailVerifier } from './trail-verifier.ts';

/** What a verification has found. */
export interface TrailReport {
  /** What is wrong with the checkpoints, then the first thing that is wrong with the records; none when all is well. */
  readonly findings: readonly Finding[];
  /** Records that were read and agree with the chain. */
  readonly records: number;
  /** Those of them whose text was shown. */
  readonly shownRecords: number;
  /** Those of them that a signature covers; the ones after have none yet. */
  readonly signedRecords: number;
  /** The chain after the last record that was read, in hexadecimal. */
  readonly chain: string;
  /** The newest checkpoint: to be compared with what a witness has noted. */
  readonly newest: { readonly size: number; readonly root: string; readonly at: string } | undefined;
}

function read(text: string, seq: number): ShownRecord | Finding {
  try {
    return parseTrailLine(text);
  } catch (error) {
    return { kind: 'unreadable_record', seq, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Checkpoints one after the other, from wherever they are. */
interface CheckpointSource {
  readonly next: () => Promise<Checkpoint | undefined>;
  readonly findings: () => readonly Finding[];
  readonly newest: () => Checkpoint | undefined;
  /** Lets go of where they are read from. */
  readonly close: () => Promise<void>;
}

function heldCheckpoints(stored: Iterable<StoredCheckpoint>, publicKeys: readonly KeyObject[]): CheckpointSource {
  const { checkpoints, findings } = readCheckpoints(stored, publicKeys);
  const rest = checkpoints.values();
  return {
    next: () => Promise.resolve(rest.next().value),
    findings: () => findings,
    newest: () => checkpoints.at(-1),
    close: () => Promise.resolve(),
  };
}

function followedCheckpoints(
  stored: AsyncIterable<StoredCheckpoint>,
  publicKeys: readonly KeyObject[],
): CheckpointSource {
  const follower = createCheckpointFollower(publicKeys);
  const rest = stored[Symbol.asyncIterator]();
  const next = async (): Promise<Checkpoint | undefined> => {
    for (let taken = await rest.next(); taken.done !== true; taken = await rest.next()) {
      const checkpoint = follower.see(taken.value);
      if (checkpoint) return checkpoint;
    }
    return undefined;
  };
  const close = async (): Promise<void> => void (await rest.return?.());
  return { next, findings: follower.findings, newest: follower.newest, close };
}

/** Gives a verifier the checkpoints as it needs them: one ahead of the records. */
function feedFrom(source: CheckpointSource, verifier: TrailVerifier) {
  let ahead: Checkpoint | undefined;
  let isOver = false;
  const readNext = async (): Promise<Checkpoint | undefined> => {
    const checkpoint = await source.next();
    isOver = checkpoint === undefined;
    return checkpoint;
  };
  return {
    /** Up to those that cover the record. */
    upTo: async (seq: number): Promise<void> => {
      while (!isOver && (ahead?.claim.size ?? 0) < seq) {
        ahead = await readNext();
        if (ahead) verifier.take(ahead);
      }
    },
    /** Reads what is left, of which the last tells how many records were signed. */
    toTheEnd: async (): Promise<void> => {
      let last: Checkpoint | undefined;
      while (!isOver) last = (await readNext()) ?? last;
      if (last) verifier.take(last);
    },
  };
}

/**
 * Verifies an exported trail, a line a record in the order of the chain, against its checkpoints, in constant memory. Stops at
 * the first bad record. Takes the word of nobody but the keys. Checkpoints that are held come in any order; those that are read along with the
 * records come in theirs.
 */
export async function verifyTrail(given: {
  readonly lines: AsyncIterable<string> | Iterable<string>;
  readonly checkpoints: Iterable<StoredCheckpoint> | AsyncIterable<StoredCheckpoint>;
  readonly publicKeys: readonly KeyObject[];
}): Promise<TrailReport> {
  const { checkpoints, publicKeys } = given;
  const source =
    Symbol.asyncIterator in checkpoints
      ? followedCheckpoints(checkpoints, publicKeys)
      : heldCheckpoints(checkpoints, publicKeys);
  try {
    return await followLines(given.lines, source);
  } finally {
    await source.close();
  }
}

async function followLines(
  lines: AsyncIterable<string> | Iterable<string>,
  source: CheckpointSource,
): Promise<TrailReport> {
  const verifier = createTrailVerifier();
  const feed = feedFrom(source, verifier);
  let shownRecords = 0;
  const report = async (bad: () => Finding | undefined): Promise<TrailReport> => {
    await feed.toTheEnd();
    const finding = bad();
    const { records, signedRecords, chain } = verifier.state();
    const claim = source.newest()?.claim;
    return {
      findings: [...source.findings(), ...(finding ? [finding] : [])],
      records,
      shownRecords,
      signedRecords,
      chain: chain.toString('hex'),
      newest: claim && { size: claim.size, root: claim.root, at: claim.at },
    };
  };
  for await (const text of lines) {
    if (text === '') continue;
    const record = read(text, verifier.records() + 1);
    if (!('kind' in record)) await feed.upTo(verifier.records() + 1);
    const bad = 'kind' in record ? record : verifier.add(record);
    if (bad) return report(() => bad);
    if ('content' in record && 'body' in record.content) shownRecords += 1;
  }
  return report(() => {
    // Of no records as well: whoever takes everything away leaves nothing that could be found.
    const isUnsigned = source.newest() === undefined && source.findings().length === 0;
    return verifier.end() ?? (isUnsigned ? { kind: 'no_checkpoint' } : undefined);
  });
}
