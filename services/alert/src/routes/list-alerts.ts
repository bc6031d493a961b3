import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { AlertPosition } from './alert-position.ts';

export const listAlertsRoute = ({ db, alertLists }: Pick<AlertDeps, 'db' | 'alertLists'>) =>
  route(ListAlerts, async ({ query, principal, consistencyToken, inTime }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, ...filter } = query;
    const after = decodeCursor(AlertPosition, cursor);
    const read = inTime(db.readYourWrites(consistencyToken));
    const rows = await alertLists.list(read, principal.tenantId, filter, { after, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ occurredAt, id }) => [occurredAt, id]);
  });
