import { CreateSuppression, type Suppression } from '@soc/contracts/alert/suppressions';
import { conflict, invalidRequest, route, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { expiryFault, roomFault } from '../domain/suppression/suppression.ts';

export const createSuppressionRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(CreateSuppression, ({ body, principal: { tenantId, name: by }, record }) =>
    db.tx(async (tx) => {
      const at = now();
      const fault = expiryFault(body.expiresAt, at);
      if (fault !== undefined) throw invalidRequest([{ path: 'body.expiresAt', message: fault }]);
      const noRoom = roomFault(await suppressions.countInForce(tx, tenantId, at), body.conditions);
      if (noRoom) throw conflict(`suppression.${noRoom.refusal}`, noRoom.detail);
      const time = at.toISOString();
      const suppression: Suppression = {
        ...body,
        id: uuidv7(at.getTime()),
        owner: body.owner ?? by,
        status: 'active',
        expiresAt: new Date(body.expiresAt).toISOString(),
        hidden: { alerts: 0, occurrences: 0, lastAt: null },
        createdAt: time,
        createdBy: by,
        updatedAt: time,
        updatedBy: by,
        endedAt: null,
        version: 1,
      };
      await suppressions.insert(tx, tenantId, suppression);
      await record(tx, { targetId: suppression.id });
      return suppression;
    }),
  );
