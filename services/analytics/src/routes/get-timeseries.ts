import { GetTimeseries } from '@soc/contracts/analytics/queries';
import { route } from '@soc/service-kit';
import type { AnalyticsDeps } from '../deps.ts';
import { askedSpan } from './asked-span.ts';

export const getTimeseriesRoute = ({ db, figures, now }: Pick<AnalyticsDeps, 'db' | 'figures' | 'now'>) =>
  route(GetTimeseries, async ({ query, principal, consistencyToken, inTime }) => {
    const span = askedSpan(query, now());
    const { bucket = 'hour', by = 'severity' } = query;
    return {
      span,
      bucket,
      points: await figures.timeseries(inTime(db.readYourWrites(consistencyToken)), principal.tenantId, span, {
        bucket,
        by,
      }),
    };
  });
