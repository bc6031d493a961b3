import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListUsers } from '@soc/contracts/auth/users';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AuthDeps } from '../deps.ts';
import { toUser } from '../domain/account.ts';

const Position = z.tuple([Uuid]);

export const listUsersRoute = ({ db, users }: Pick<AuthDeps, 'db' | 'users'>) =>
  route(ListUsers, async ({ query, principal, consistencyToken }) => {
    const limit = query.limit ?? DEFAULT_PAGE_LIMIT;
    const accounts = await users.list(db.readYourWrites(consistencyToken), principal.tenantId, {
      active: query.active,
      after: decodeCursor(Position, query.cursor)?.[0],
      limitRows: limit + 1,
    });
    return pageOf(accounts.map(toUser), limit, ({ id }) => [id]);
  });
