import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListIncidents } from '@soc/contracts/alert/incidents';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([Uuid]);

export const listIncidentsRoute = ({ db, incidents }: Pick<AlertDeps, 'db' | 'incidents'>) =>
  route(ListIncidents, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, ...filter } = query;
    const [afterId] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    const rows = await incidents.list(read, principal.tenantId, filter, { afterId, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ id }) => [id]);
  });
