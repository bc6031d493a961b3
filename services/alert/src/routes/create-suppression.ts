import { CreateSuppression, type Suppression } from '@soc/contracts/alert/suppressions';
import { conflict, invalidRequest, route, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { expiryFault, SUPPRESSIONS_IN_FORCE } from '../domain/suppression/suppression.ts';

export const createSuppressionRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(CreateSuppression, ({ body, principal: { tenantId, name: by }, record }) =>
    db.tx(async (tx) => {
      const at = now();
      const fault = expiryFault(body.expiresAt, at);
      if (fault !== undefined) throw invalidRequest([{ path: 'body.expiresAt', message: fault }]);
      if ((await suppressions.countInForce(tx, tenantId, at)) >= SUPPRESSIONS_IN_FORCE) {
        throw conflict('suppression.too_many', `at most ${SUPPRESSIONS_IN_FORCE} are in force at a time`);
      }
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
