import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { ListRuns } from '@soc/contracts/response/runs';
import { decodeCursor, route } from '@soc/service-kit';
import { z } from 'zod';
import type { ResponseDeps } from '../deps.ts';

const Position = z.tuple([Timestamp, Uuid]);

export const listRunsRoute = ({ db, runs }: Pick<ResponseDeps, 'db' | 'runs'>) =>
  route(ListRuns, async ({ query, principal, consistencyToken }) => {
    const { cursor, limit = DEFAULT_PAGE_LIMIT, ...filters } = query;
    const after = decodeCursor(Position, cursor);
    const page = await runs.list(db.readYourWrites(consistencyToken), principal.tenantId, { ...filters, after, limit });
    return { items: [...page.items], nextCursor: page.nextCursor };
  });
