import type { Tx } from '@soc/db-cluster';
import type { StorageDeps } from '../deps.ts';
import { type BegunObject, evidencePurgeRepository } from './evidence-purge-repository.ts';
import { retentionRepository } from './retention-repository.ts';

export type PurgeEvidenceDeps = Pick<StorageDeps, 'db' | 'evidence' | 'objectStore' | 'now'>;

/** The row takes over what the store alone knew, or the next round would ask it again. */
async function spareHeld(objectStore: StorageDeps['objectStore'], tx: Tx, id: string, key: string): Promise<void> {
  const hold = await objectStore.holdOf(key);
  if (!hold) throw new Error(`the store does not remove the content of ${id}, and does not say what holds it`);
  await evidencePurgeRepository.takeOverHold(tx, id, hold);
  await evidencePurgeRepository.spare(tx, id);
}

async function removeContent(
  { objectStore, evidence, now }: PurgeEvidenceDeps,
  tx: Tx,
  { id, tenantId, key, sizeBytes, sha256, purgeId, isShared }: BegunObject,
): Promise<void> {
  if (!isShared) await evidence.demandUnbrokenCustody(tx, id);
  // Gone already: by a purge that was killed before it could say so.
  const outcome = isShared ? 'shared' : await objectStore.remove(key);
  if (outcome === 'held') return spareHeld(objectStore, tx, id, key);
  await evidencePurgeRepository.purged(tx, id, now());
  await evidence.appendCustody(
    tx,
    { id, tenantId },
    {
      action: 'purged',
      actor: 'retention',
      actorId: 'storage',
      at: now().toISOString(),
      detail: { purgeId, sha256, sizeBytes, content: outcome },
    },
  );
  await retentionRepository.count(tx, purgeId, { count: 1, sizeBytes });
}

/**
 * Removes the content of one object that a purge has named. The content goes before the commit that says so: a process that is
 * killed in between leaves an object that is still named, and the next one finds the content absent and says so in its place.
 * Whoever comes second finds nothing to do. A hold wins, set in the database or known to the store alone.
 */
export async function purgeObject(
  deps: PurgeEvidenceDeps,
  id: string,
  mayGoOn: (tx: Tx) => Promise<boolean>,
): Promise<boolean> {
  return deps.db.tx(async (tx) => {
    if (!(await mayGoOn(tx))) return false;
    const object = await evidencePurgeRepository.lock(tx, id, deps.now());
    if (!object) return true;
    await (object.isHeld ? evidencePurgeRepository.spare(tx, id) : removeContent(deps, tx, object));
    return true;
  });
}

/** Of an object that was named by a purge which nobody goes on with: what is there is kept, what is gone is said to be. */
export function settleObject(deps: PurgeEvidenceDeps, id: string): Promise<void> {
  return deps.db.tx(async (tx) => {
    const object = await evidencePurgeRepository.lock(tx, id, deps.now());
    if (!object) return;
    const isThere = (await deps.objectStore.holdOf(object.key)) !== undefined;
    await (isThere ? evidencePurgeRepository.spare(tx, id) : removeContent(deps, tx, object));
  });
}
