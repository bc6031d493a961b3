import type { EvidenceObject } from '@soc/contracts/storage/objects';
import type { Tx } from '@soc/db-cluster';
import { locked, notFound } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

/**
 * The object, locked until the entry of the access is committed: whether it is in quarantine is asked where that was written, for a
 * replica may not know it yet. Throws the 423 for one in quarantine, unless who asks says that they know.
 */
export async function lockForAccess(
  evidence: StorageDeps['evidence'],
  tx: Tx,
  { tenantId, id }: Pick<EvidenceObject, 'tenantId' | 'id'>,
  { acknowledged, hint }: { readonly acknowledged: boolean; readonly hint?: string },
): Promise<EvidenceObject> {
  const kept = await evidence.findForUpdate(tx, tenantId, id);
  if (!kept) throw notFound('storage.object_not_found');
  const { object } = kept;
  if (object.quarantineReason !== null && !acknowledged) {
    throw locked('storage.quarantined', `the object is in quarantine${hint === undefined ? '' : `; ${hint}`}`);
  }
  return object;
}

/** What the entry of an access says of a quarantine that was known. */
export const quarantineDetail = ({ quarantineReason }: EvidenceObject) =>
  quarantineReason === null ? {} : { quarantineReason };
