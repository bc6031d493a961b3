import { UpdateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';
import { changedIndicator } from '../domain/indicator.ts';

export const updateIndicatorRoute = ({ db, indicators, now }: Pick<IntelDeps, 'db' | 'indicators' | 'now'>) =>
  route(UpdateIndicator, ({ params, body, principal }) =>
    db.tx(async (tx) => {
      const indicator = await indicators.findForUpdate(tx, principal.tenantId, params.id);
      if (!indicator) throw notFound('intel.indicator_not_found');

      const decision = changedIndicator(indicator, body, now());
      if (!decision.ok) throw unprocessable(`intel.${decision.refusal}`);

      await indicators.save(tx, decision.indicator);
      return decision.indicator;
    }),
  );
