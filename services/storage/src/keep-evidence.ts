import { EvidenceStored } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import type { Origin } from '@soc/messaging';
import type { StorageDeps } from './deps.ts';
import type { KeptObject } from './evidence-repository.ts';

/** Makes evidence of a content that is in the store: its row, the beginning of its custody, and what the fleet is told. */
export async function keepEvidence(
  { evidence, outbox }: Pick<StorageDeps, 'evidence' | 'outbox'>,
  tx: Tx,
  kept: KeptObject,
  by: { readonly actorId: string; readonly completedBy: Pick<Principal, 'subject' | 'name'>; readonly origin: Origin },
): Promise<void> {
  const { id, filename, sha256, sizeBytes, incidentId, alertId, storedBy, storedAt, blake3 } = kept.object;
  const { completedBy } = by;
  await evidence.insert(tx, kept);
  await evidence.appendCustody(tx, kept.object, {
    action: 'stored',
    actor: storedBy,
    actorId: by.actorId,
    at: storedAt,
    detail: {
      sha256,
      blake3,
      sizeBytes,
      ...(completedBy.subject !== by.actorId && { completedBy: completedBy.name, completedById: completedBy.subject }),
    },
  });
  await outbox.publish(
    tx,
    EvidenceStored,
    { objectId: id, filename, sha256, sizeBytes, incidentId, alertId, storedBy, storedAt },
    { ...by.origin, subject: id },
  );
}
