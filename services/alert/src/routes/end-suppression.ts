import { EndSuppression } from '@soc/contracts/alert/suppressions';
import { conflict, notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { endSuppression } from '../domain/suppression/suppression.ts';

export const endSuppressionRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(EndSuppression, ({ params, principal: { tenantId, name }, record }) =>
    db.tx(async (tx) => {
      const at = now();
      const known = await suppressions.lock(tx, tenantId, params.id, at);
      if (!known) throw notFound('suppression.not_found');
      const decision = endSuppression(known, name, at);
      if (!decision.ok) throw conflict(`suppression.${decision.refusal}`);
      await suppressions.save(tx, tenantId, decision.suppression);
      await record(tx, { targetId: params.id });
      return decision.suppression;
    }),
  );
