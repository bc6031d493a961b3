import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { GetIncidentTimeline } from '@soc/contracts/alert/timeline';
import { decodeCursor, notFound, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([Timestamp, Uuid]).transform(([at, id]) => ({ at, id }));

type Deps = Pick<AlertDeps, 'db' | 'incidents' | 'timeline'>;

export const getIncidentTimelineRoute = ({ db, incidents, timeline }: Deps) =>
  route(GetIncidentTimeline, async ({ params, query, principal: { tenantId }, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const after = decodeCursor(Position, cursor);
    const read = db.readYourWrites(consistencyToken);
    if (!(await incidents.find(read, tenantId, params.id))) throw notFound('incident.not_found');
    const rows = await timeline.listOfIncident(read, tenantId, params.id, { after, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ at, id }) => [at, id]);
  });
