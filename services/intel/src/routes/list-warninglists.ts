import { Uuid } from '@soc/contracts';
import { ListWarninglists } from '@soc/contracts/intel/warninglist';
import { DEFAULT_PAGE_LIMIT } from '@soc/contracts/primitives';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { IntelDeps } from '../deps.ts';

const Position = z.tuple([z.string(), Uuid]);

export const listWarninglistsRoute = ({ db, warninglists }: Pick<IntelDeps, 'db' | 'warninglists'>) =>
  route(ListWarninglists, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const after = decodeCursor(Position, cursor);
    const rows = await warninglists.list(db.readYourWrites(consistencyToken), principal.tenantId, after, limit + 1);
    return pageOf(rows, limit, ({ name, id }) => [name, id]);
  });
