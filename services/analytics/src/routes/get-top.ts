import { GetTop } from '@soc/contracts/analytics/queries';
import { route } from '@soc/service-kit';
import type { AnalyticsDeps } from '../deps.ts';
import { askedSpan } from './asked-span.ts';

const DEFAULT_LIMIT_ROWS = 10;

export const getTopRoute = ({ db, top, now }: Pick<AnalyticsDeps, 'db' | 'top' | 'now'>) =>
  route(GetTop, async ({ query, principal: { tenantId }, consistencyToken, inTime }) => {
    const span = askedSpan(query, now());
    const { limit = DEFAULT_LIMIT_ROWS } = query;
    const read = inTime(db.readYourWrites(consistencyToken));
    const [entities, techniques, rules] = await Promise.all([
      top.entities(read, tenantId, span, limit),
      top.techniques(read, tenantId, span, limit),
      top.rules(read, tenantId, span, limit),
    ]);
    return { span, entities, techniques, rules };
  });
