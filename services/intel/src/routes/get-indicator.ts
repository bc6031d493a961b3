import { GetIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { notFound, route } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';

export const getIndicatorRoute = ({ db, indicators }: Pick<IntelDeps, 'db' | 'indicators'>) =>
  route(GetIndicator, async ({ params, principal, consistencyToken }) => {
    const indicator = await indicators.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!indicator) throw notFound('intel.indicator_not_found');
    return indicator;
  });
