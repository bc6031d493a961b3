import { HoldObject } from '@soc/contracts/storage/object-controls';
import { conflict, gone, notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

/** First the store, which obeys the hold, then the row that shows it: what is shown is true, at worst not all of it. */
export const holdObjectRoute = ({
  db,
  now,
  evidence,
  objectStore,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>) =>
  route(HoldObject, async ({ params, body, principal }) =>
    db.tx(async (tx) => {
      const kept = await evidence.findForUpdate(tx, principal.tenantId, params.id);
      if (!kept) throw notFound('storage.object_not_found');
      const { object, key } = kept;
      const legalHold = body.legalHold ?? object.legalHold;
      const until = body.retainUntil === undefined ? undefined : new Date(body.retainUntil);
      const outcome = await objectStore.hold(key, { legalHold, ...(until && { retainUntil: until }) });
      if (outcome === 'absent') throw gone('storage.content_gone', 'the content is no longer in the store');
      if (outcome === 'shortened') {
        throw conflict('storage.retention_shortened', 'the object is retained for longer already');
      }
      const held = { ...object, legalHold, retainUntil: until?.toISOString() ?? object.retainUntil };
      await evidence.saveControls(tx, held);
      await evidence.appendCustody(tx, object, {
        action: object.legalHold && !legalHold ? 'released' : 'held',
        actor: principal.name,
        actorId: principal.subject,
        at: now().toISOString(),
        detail: { legalHold, retainUntil: held.retainUntil, reason: body.reason },
      });
      return held;
    }),
  );
