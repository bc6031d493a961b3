import { ReleaseObject } from '@soc/contracts/storage/object-controls';
import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { gone, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { findForHold } from './find-for-hold.ts';

type ReleaseDeps = Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>;

/**
 * The row and the custody entry first; once they are committed, the store is told. So the store holds at least what is shown, and a
 * release that it did not obey may be asked again: each is an entry.
 */
export const releaseObjectRoute = (deps: ReleaseDeps) =>
  route(ReleaseObject, async ({ params, body, principal }) => {
    const { db, now, evidence, objectStore } = deps;
    const released = await db.tx(async (tx) => {
      const { object, key } = await findForHold(evidence, tx, principal, params.id);
      if (!(await objectStore.holdOf(key))) throw gone('storage.content_gone', 'the content is no longer in the store');
      const changed = { ...object, legalHold: false };
      await evidence.saveControls(tx, changed);
      await evidence.appendCustody(tx, object, {
        action: 'released',
        actor: principal.name,
        actorId: principal.subject,
        at: now().toISOString(),
        detail: { legalHold: false, retainUntil: object.retainUntil, reason: body.reason },
      });
      return changed;
    });
    await releaseContent(deps, released);
    return released;
  });

/** With the row locked, and asked again: somebody may have placed a hold meanwhile. */
function releaseContent({ db, evidence, objectStore }: ReleaseDeps, { tenantId, id }: EvidenceObject): Promise<void> {
  return db.tx(async (tx) => {
    const kept = await evidence.findForUpdate(tx, tenantId, id);
    if (kept && !kept.object.legalHold) await objectStore.hold(kept.key, { legalHold: false });
  });
}
