import type { KeyObject } from 'node:crypto';
import { createCheckpointFollower, createTrailVerifier, describeFinding, type Finding } from '@soc/audit';
import { custodyBody } from '@soc/audit/custody';
import type { Queryable } from '@soc/db-cluster';
import { custodyRepository, type LinkedEntry } from './custody-repository.ts';

/** What the chain of an object came to. */
export interface CustodyVerdict {
  readonly entries: number;
  /** Those that a signature covers; the rest is from before custody was signed, and not taken in yet. */
  readonly signedEntries: number;
  /** The first thing that is wrong, as a sentence; undefined when nothing is. */
  readonly finding: string | undefined;
}

/** Entries read at once. */
const CHUNK = 500;

export async function* linkedEntries(
  read: Queryable,
  wanted: { readonly objectId: string; readonly upTo?: number },
): AsyncGenerator<LinkedEntry> {
  for (let after = 0; ;) {
    const entries = await custodyRepository.listLinked(read, { ...wanted, after, limitRows: CHUNK });
    yield* entries;
    after = entries.at(-1)?.fact.sequence ?? after;
    if (entries.length < CHUNK) return;
  }
}

/** Verifies the entries of an object against their chain and their signatures, as they are in the database, in constant memory. */
export async function verifyCustody(
  read: Queryable,
  objectId: string,
  publicKeys: readonly KeyObject[],
): Promise<CustodyVerdict> {
  const follower = createCheckpointFollower(publicKeys);
  const verifier = createTrailVerifier();
  let entries = 0;
  let finding: Finding | undefined;
  let insertedAt: number | undefined;
  let hasBegun = false;
  for await (const { fact, chain, checkpoint } of linkedEntries(read, { objectId })) {
    entries += 1;
    // Entries from before custody was signed stand before all others.
    if (hasBegun && (!chain || fact.isAdopted)) insertedAt ??= fact.sequence;
    hasBegun ||= chain !== undefined && !fact.isAdopted;
    const signed = checkpoint === null ? undefined : follower.see({ name: String(fact.sequence), text: checkpoint });
    if (finding || !chain) continue;
    if (signed) verifier.take(signed);
    finding = verifier.add({ seq: fact.sequence, chain, content: { body: custodyBody(fact) } });
  }
  finding = follower.findings()[0] ?? finding ?? verifier.end();
  const inserted =
    insertedAt === undefined ? undefined : `record ${insertedAt} was inserted: it is not signed as those before it are`;
  return {
    entries,
    signedEntries: verifier.state().signedRecords,
    finding: finding ? describeFinding(finding) : inserted,
  };
}
