import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListSuppressions } from '@soc/contracts/alert/suppressions';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([Uuid]);

export const listSuppressionsRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(ListSuppressions, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, status, owner } = query;
    const [afterId] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    const filter = { status, owner, at: now() };
    const rows = await suppressions.list(read, principal.tenantId, filter, { afterId, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ id }) => [id]);
  });
