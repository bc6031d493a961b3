import { ListDeliveries } from '@soc/contracts/notification/deliveries';
import { pageOf, route } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { newestFirst, positionOf } from './newest-first.ts';

export const listDeliveriesRoute = ({ db, deliveries }: Pick<NotificationDeps, 'db' | 'deliveries'>) =>
  route(ListDeliveries, async ({ query, principal, consistencyToken }) => {
    const { limit: _limit, cursor: _cursor, ...filter } = query;
    const { limit, ...range } = newestFirst(query);
    const rows = await deliveries.list(db.readYourWrites(consistencyToken), {
      ...filter,
      ...range,
      tenantId: principal.tenantId,
    });
    return pageOf(rows, limit, positionOf);
  });
