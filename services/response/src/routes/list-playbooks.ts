import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { ListPlaybooks } from '@soc/contracts/response/playbooks';
import { decodeCursor, route } from '@soc/service-kit';
import { z } from 'zod';
import type { ResponseDeps } from '../deps.ts';

const Position = z.tuple([z.string(), z.string()]);

export const listPlaybooksRoute = ({ db, playbooks }: Pick<ResponseDeps, 'db' | 'playbooks'>) =>
  route(ListPlaybooks, async ({ query, principal, consistencyToken }) => {
    const { enabled, cursor, limit = DEFAULT_PAGE_LIMIT } = query;
    const after = decodeCursor(Position, cursor);
    const page = await playbooks.list(db.readYourWrites(consistencyToken), principal.tenantId, {
      enabled,
      after,
      limit,
    });
    return { items: [...page.items], nextCursor: page.nextCursor };
  });
