import type { Tx } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import { conflict, notFound } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import type { KeptObject } from '../evidence-repository.ts';

/** The object whose hold is about to change, locked. Throws the 404, and the 409 for one that a purge is at. */
export async function findForHold(
  evidence: StorageDeps['evidence'],
  tx: Tx,
  principal: Principal,
  id: string,
): Promise<KeptObject> {
  const kept = await evidence.findForUpdate(tx, principal.tenantId, id);
  if (!kept) throw notFound('storage.object_not_found');
  if (await evidence.isBeingPurged(tx, id)) {
    throw conflict('storage.purge_under_way', 'a purge has begun to remove the content; ask again when it has ended');
  }
  return kept;
}
