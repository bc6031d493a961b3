import { CreateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { conflict, route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';
import { newIndicator } from '../domain/indicator.ts';

export const createIndicatorRoute = ({ db, indicators, now }: Pick<IntelDeps, 'db' | 'indicators' | 'now'>) =>
  route(CreateIndicator, async ({ body, principal }) => {
    const at = now();
    const decision = newIndicator(body, { id: uuidv7(at.getTime()), tenantId: principal.tenantId, at });
    if (!decision.ok) throw unprocessable(`intel.${decision.refusal}`);
    const { indicator } = decision;
    if (!(await indicators.insert(db.write, indicator))) {
      throw conflict('intel.indicator_exists', `${indicator.source} has reported ${indicator.value} already`);
    }
    return indicator;
  });
