import { GetMe } from '@soc/contracts/auth/sessions';
import { route, unauthenticated } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

/** A person is looked up: a token outlives its account by minutes, and its name may be old. */
export const getMeRoute = ({ db, users }: Pick<AuthDeps, 'db' | 'users'>) =>
  route(GetMe, async ({ principal, consistencyToken }) => {
    const { kind, subject, name, tenantId, roles, permissions } = principal;
    const me = { kind, id: subject, name, tenantId, roles: [...roles], permissions: [...permissions].toSorted() };
    if (kind !== 'user') return me;
    const account = await users.find(db.readYourWrites(consistencyToken), tenantId, subject);
    if (!account?.active) throw unauthenticated('auth.unauthenticated', 'the account is not active');
    return { ...me, name: account.displayName, email: account.email };
  });
