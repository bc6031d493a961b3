import { GetOverview } from '@soc/contracts/analytics/queries';
import { route } from '@soc/service-kit';
import type { AnalyticsDeps } from '../deps.ts';
import { askedSpan } from './asked-span.ts';

export const getOverviewRoute = ({ db, figures, now }: Pick<AnalyticsDeps, 'db' | 'figures' | 'now'>) =>
  route(GetOverview, async ({ query, principal, consistencyToken, inTime }) => {
    const span = askedSpan(query, now());
    return { span, ...(await figures.overview(inTime(db.readYourWrites(consistencyToken)), principal.tenantId, span)) };
  });
