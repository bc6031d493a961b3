import type { KeyObject } from 'node:crypto';
import { readCheckpoints, type StoredCheckpoint } from './checkpoint-series.ts';
import type { Finding } from './finding.ts';
import { parseTrailLine } from './trail-line.ts';
import { createTrailVerifier, type ShownRecord } from './trail-verifier.ts';

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

/**
 * Verifies an exported trail, a line a record in the order of the chain, against its checkpoints, in constant memory. Stops at
 * the first bad record. Takes the word of nobody but the keys.
 */
export async function verifyTrail(given: {
  readonly lines: AsyncIterable<string> | Iterable<string>;
  readonly checkpoints: Iterable<StoredCheckpoint>;
  readonly publicKeys: readonly KeyObject[];
}): Promise<TrailReport> {
  const { checkpoints, findings } = readCheckpoints(given.checkpoints, given.publicKeys);
  const verifier = createTrailVerifier(checkpoints);
  let shownRecords = 0;
  const report = (bad: Finding | undefined): TrailReport => {
    const { records, signedRecords, chain } = verifier.state();
    const claim = checkpoints.at(-1)?.claim;
    return {
      findings: [...findings, ...(bad ? [bad] : [])],
      records,
      shownRecords,
      signedRecords,
      chain: chain.toString('hex'),
      newest: claim && { size: claim.size, root: claim.root, at: claim.at },
    };
  };
  for await (const text of given.lines) {
    if (text === '') continue;
    const record = read(text, verifier.records() + 1);
    const bad = 'kind' in record ? record : verifier.add(record);
    if (bad) return report(bad);
    if ('content' in record && 'body' in record.content) shownRecords += 1;
  }
  // Of no records as well: whoever takes everything away leaves nothing that could be found.
  const isUnsigned = checkpoints.length === 0 && findings.length === 0;
  return report(verifier.end() ?? (isUnsigned ? { kind: 'no_checkpoint' } : undefined));
}
