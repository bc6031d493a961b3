import { UpdateSuppression } from '@soc/contracts/alert/suppressions';
import { conflict, invalidRequest, notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { expiryFault, patternsOf, roomFault, updateSuppression } from '../domain/suppression/suppression.ts';

export const updateSuppressionRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(UpdateSuppression, ({ params, body, principal: { tenantId, name }, record }) =>
    db.tx(async (tx) => {
      const at = now();
      const known = await suppressions.lock(tx, tenantId, params.id, at);
      if (!known) throw notFound('suppression.not_found');
      const fault = body.expiresAt === undefined ? undefined : expiryFault(body.expiresAt, at);
      if (fault !== undefined) throw invalidRequest([{ path: 'body.expiresAt', message: fault }]);
      const decision = updateSuppression(known, body, name, at);
      if (!decision.ok) throw conflict(`suppression.${decision.refusal}`);
      const { suppression } = decision;
      const isRevived = known.status === 'expired' && suppression.status === 'active';
      const hasMore = patternsOf(suppression.conditions) > patternsOf(known.conditions);
      if (isRevived || (suppression.status === 'active' && hasMore)) {
        const others = await suppressions.countInForce(tx, tenantId, at, suppression.id);
        const noRoom = roomFault(others, suppression.conditions);
        if (noRoom) throw conflict(`suppression.${noRoom.refusal}`, noRoom.detail);
      }
      await suppressions.save(tx, tenantId, suppression);
      await record(tx, { targetId: suppression.id });
      return suppression;
    }),
  );
