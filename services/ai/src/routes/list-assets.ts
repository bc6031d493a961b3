import { Uuid } from '@soc/contracts';
import { ListAssets } from '@soc/contracts/ai/asset';
import { DEFAULT_PAGE_LIMIT } from '@soc/contracts/primitives';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AiDeps } from '../deps.ts';

const Position = z.tuple([Uuid]);

export const listAssetsRoute = ({ db, assets }: Pick<AiDeps, 'db' | 'assets'>) =>
  route(ListAssets, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor, type } = query;
    const [before] = decodeCursor(Position, cursor) ?? [];
    const read = db.readYourWrites(consistencyToken);
    const rows = await assets.list(read, principal.tenantId, { type, before }, limit + 1);
    return pageOf(rows, limit, ({ id }) => [id]);
  });
