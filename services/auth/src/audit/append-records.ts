import { bodyOf, CHAIN_START, leafHash, type NewRecord, nextLink } from '@soc/audit';
import type { AuditFact, EventEnvelope } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import { columnsOf } from '../domain/audit-columns.ts';
import type { auditRecordRepository, StoredRecord } from './audit-record-repository.ts';

/** The record that an event becomes at a place of the trail. */
const recordOf = (seq: number, event: EventEnvelope<AuditFact>): NewRecord => ({
  ...event.data,
  v: 1,
  seq,
  id: event.id,
  at: event.time,
  service: event.source,
  tenantId: event.tenantid,
  correlationId: event.correlationid,
});

/** Continues the chain by these events, one writer at a time; the inbox, in the same transaction, makes it happen once. */
export async function appendRecords(
  tx: Tx,
  records: typeof auditRecordRepository,
  events: readonly EventEnvelope<AuditFact>[],
): Promise<void> {
  await records.lockChain(tx);
  let { seq, chain } = (await records.findHead(tx)) ?? { seq: 0, chain: CHAIN_START };
  const appended: StoredRecord[] = [];
  for (const event of events) {
    seq += 1;
    const record = recordOf(seq, event);
    const body = bodyOf(record);
    chain = nextLink(chain, leafHash(body));
    appended.push({ seq, body, chain, ...columnsOf(record) });
  }
  await records.append(tx, appended);
}
