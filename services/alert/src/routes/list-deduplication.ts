import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListDeduplication } from '@soc/contracts/alert/deduplication';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([z.string()]);

export const listDeduplicationRoute = ({ db, deduplication }: Pick<AlertDeps, 'db' | 'deduplication'>) =>
  route(ListDeduplication, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const [afterSource] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    const rows = await deduplication.list(read, principal.tenantId, { afterSource, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ source }) => [source]);
  });
