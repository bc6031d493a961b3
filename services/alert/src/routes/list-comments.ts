import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListComments } from '@soc/contracts/alert/triage';
import { decodeCursor, notFound, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([Uuid]);

export const listCommentsRoute = ({ db, alerts, comments }: Pick<AlertDeps, 'db' | 'alerts' | 'comments'>) =>
  route(ListComments, async ({ params, query, principal: { tenantId }, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const [afterId] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    if (!(await alerts.find(read, tenantId, params.id))) throw notFound('alert.not_found');
    const rows = await comments.list(read, tenantId, params.id, { afterId, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ id }) => [id]);
  });
