import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { ListTriggers } from '@soc/contracts/response/triggers';
import { decodeCursor, route } from '@soc/service-kit';
import { z } from 'zod';
import type { ResponseDeps } from '../deps.ts';

const Position = z.tuple([Timestamp, Uuid]);

export const listTriggersRoute = ({ db, triggers }: Pick<ResponseDeps, 'db' | 'triggers'>) =>
  route(ListTriggers, async ({ query, principal, consistencyToken }) => {
    const { playbookId, cursor, limit = DEFAULT_PAGE_LIMIT } = query;
    const after = decodeCursor(Position, cursor);
    const read = db.readYourWrites(consistencyToken);
    const page = await triggers.list(read, principal.tenantId, { playbookId, after, limit });
    return { items: [...page.items], nextCursor: page.nextCursor };
  });
