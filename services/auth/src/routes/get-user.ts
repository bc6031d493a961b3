import { GetUser } from '@soc/contracts/auth/users';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { toUser } from '../domain/account.ts';

export const getUserRoute = ({ db, users }: Pick<AuthDeps, 'db' | 'users'>) =>
  route(GetUser, async ({ params, principal, consistencyToken }) => {
    const account = await users.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!account) throw notFound('auth.user_not_found');
    return toUser(account);
  });
