import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListPeople } from '@soc/contracts/notification/people';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { NotificationDeps } from '../deps.ts';

const Position = z.tuple([Uuid]);

export const listPeopleRoute = ({ db, people }: Pick<NotificationDeps, 'db' | 'people'>) =>
  route(ListPeople, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const rows = await people.listActive(db.readYourWrites(consistencyToken), {
      tenantId: principal.tenantId,
      afterId: decodeCursor(Position, cursor)?.[0],
      limitRows: limit + 1,
    });
    return pageOf(rows, limit, ({ userId }) => [userId]);
  });
