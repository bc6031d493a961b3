import { QuarantineObject } from '@soc/contracts/storage/object-controls';
import { notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

export const quarantineObjectRoute = ({ db, now, evidence }: Pick<StorageDeps, 'db' | 'now' | 'evidence'>) =>
  route(QuarantineObject, async ({ params, body: { reason }, principal }) =>
    db.tx(async (tx) => {
      const kept = await evidence.findForUpdate(tx, principal.tenantId, params.id);
      if (!kept) throw notFound('storage.object_not_found');
      const object = { ...kept.object, quarantineReason: reason };
      await evidence.saveControls(tx, object);
      await evidence.appendCustody(tx, object, {
        action: 'quarantined',
        actor: principal.name,
        actorId: principal.subject,
        at: now().toISOString(),
        detail: { reason },
      });
      return object;
    }),
  );
