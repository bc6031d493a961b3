import { QueryMetric } from '@soc/contracts/storage/metrics';
import { route, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { checkMetricRange } from '../domain/metric-range.ts';

export const queryMetricRoute = ({ db, metrics }: Pick<StorageDeps, 'db' | 'metrics'>) =>
  route(QueryMetric, async ({ query, principal, consistencyToken, inTime }) => {
    const { name, from, to, step: stepS } = query;
    const checked = checkMetricRange({ from, to, stepS });
    if (!checked.ok) throw unprocessable(`storage.${checked.refusal}`);
    const buckets = await metrics.summarise(
      { tenantId: principal.tenantId, name, from, to, stepS },
      inTime(db.readYourWrites(consistencyToken)),
    );
    return { name, stepS, items: [...buckets] };
  });
