import { ClearObject } from '@soc/contracts/storage/object-controls';
import { notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

export const clearObjectRoute = ({ db, now, evidence }: Pick<StorageDeps, 'db' | 'now' | 'evidence'>) =>
  route(ClearObject, async ({ params, body, principal }) =>
    db.tx(async (tx) => {
      const kept = await evidence.findForUpdate(tx, principal.tenantId, params.id);
      if (!kept) throw notFound('storage.object_not_found');
      const object = { ...kept.object, quarantineReason: null };
      await evidence.saveControls(tx, object);
      await evidence.appendCustody(tx, object, {
        action: 'cleared',
        actor: principal.name,
        actorId: principal.subject,
        at: now().toISOString(),
        detail: { reason: body.reason, quarantineReason: kept.object.quarantineReason },
      });
      return object;
    }),
  );
