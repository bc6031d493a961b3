import { generateKeyPairSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { bodyOf, CHAIN_START, leafHash, nextLink } from '@soc/audit';
import type { DbCluster, Tx } from '@soc/db-cluster';
import { columnsOf } from '../domain/audit-columns.ts';
import type { auditRecordRepository, StoredRecord } from './audit-record-repository.ts';

/** A trail that was made up: as many records as anybody asks for. */
export function madeUpTrail() {
  const made: StoredRecord[] = [];
  const make = (): void => {
    const seq = made.length + 1;
    const record = {
      v: 1 as const,
      seq,
      id: `0198c0de-0000-7000-8000-${String(seq).padStart(12, '0')}`,
      at: new Date(1_700_000_000_000 + seq).toISOString(),
      service: 'alert',
      tenantId: 'default',
      action: 'channel.create',
      outcome: 'success',
      actor: { kind: 'user', id: 'ann' },
    };
    const body = bodyOf(record);
    const chain = nextLink(made.at(-1)?.chain ?? CHAIN_START, leafHash(body));
    made.push({ seq, body, chain, ...columnsOf(record) });
  };
  return (upTo: number): readonly StoredRecord[] => {
    while (made.length < upTo) make();
    return made.slice(0, upTo);
  };
}

/** What a notary reads, when the trail has so many records, or no end. `reads` counts how often it has asked. */
export function trailSources(trail: ReturnType<typeof madeUpTrail>, lengthOf: () => number) {
  const seen = { reads: 0 };
  const records = {
    listAfter: async (_db, seq, limitRows) => {
      seen.reads += 1;
      await setImmediate();
      return trail(Math.min(seq + limitRows, lengthOf())).slice(seq);
    },
    find: (_db, seq) => Promise.resolve(trail(Math.min(seq, lengthOf()))[seq - 1]),
    tryLockCheckpoints: () => Promise.resolve(true),
  } satisfies Partial<typeof auditRecordRepository>;
  const nobody = { query: () => Promise.reject(new Error('the records are made up')) };
  // The repository above looks at none of it.
  const db = {
    write: nobody,
    tx: (work: (tx: Tx) => Promise<unknown>) => work(nobody as unknown as Tx),
  } as unknown as DbCluster;
  return { db, records, seen };
}

/** The same key for every replica. */
export const signingKeys = generateKeyPairSync('ed25519');
