import { DeleteIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { notFound, route } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';

export const deleteIndicatorRoute = ({ db, indicators }: Pick<IntelDeps, 'db' | 'indicators'>) =>
  route(DeleteIndicator, async ({ params, principal }) => {
    const isDeleted = await indicators.delete(db.write, principal.tenantId, params.id);
    if (!isDeleted) throw notFound('intel.indicator_not_found');
    return undefined;
  });
