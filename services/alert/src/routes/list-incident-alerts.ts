import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListIncidentAlerts } from '@soc/contracts/alert/incidents';
import { decodeCursor, notFound, pageOf, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { AlertPosition } from './alert-position.ts';

type Deps = Pick<AlertDeps, 'db' | 'incidents' | 'alertLists'>;

export const listIncidentAlertsRoute = ({ db, incidents, alertLists }: Deps) =>
  route(ListIncidentAlerts, async ({ params, query, principal: { tenantId }, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const after = decodeCursor(AlertPosition, cursor);
    const read = db.readYourWrites(consistencyToken);
    if (!(await incidents.find(read, tenantId, params.id))) throw notFound('incident.not_found');
    const rows = await alertLists.listMembers(read, tenantId, params.id, { after, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ occurredAt, id }) => [occurredAt, id]);
  });
