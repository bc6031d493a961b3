import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListMappings } from '@soc/contracts/alert/mappings';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AlertDeps } from '../deps.ts';

const Position = z.tuple([z.string()]);

export const listMappingsRoute = ({ db, mappings }: Pick<AlertDeps, 'db' | 'mappings'>) =>
  route(ListMappings, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const [afterName] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    const rows = await mappings.list(read, principal.tenantId, { afterName, limitRows: limit + 1 });
    return pageOf(rows, limit, ({ name }) => [name]);
  });
