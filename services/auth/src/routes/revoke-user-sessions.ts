import { RevokeUserSessions } from '@soc/contracts/auth/sessions';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { exceeds } from '../domain/grant.ts';

export const revokeUserSessionsRoute = ({
  db,
  users,
  grants,
  sessions,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'grants' | 'sessions' | 'now'>) =>
  route(RevokeUserSessions, async ({ params, principal, log }) => {
    const ended = await db.tx(async (tx) => {
      const account = await users.find(tx, principal.tenantId, params.id);
      if (!account) throw notFound('auth.user_not_found');
      if (exceeds(await grants.permissionsOf(tx, principal.tenantId, account.roles), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the account may do more than you may');
      }
      return sessions.revokeAll(tx, params.id, 'revoked', now());
    });
    log.info({ userId: params.id, by: principal.subject, ended }, 'sessions revoked');
    return undefined;
  });
