import { RevokeUserSessions } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeUserSessionsRoute = ({
  db,
  users,
  sessions,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'sessions' | 'now'>) =>
  route(RevokeUserSessions, async ({ params, principal, log }) => {
    const ended = await db.tx(async (tx) => {
      if (!(await users.find(tx, principal.tenantId, params.id))) throw notFound('auth.user_not_found');
      return sessions.revokeAll(tx, params.id, 'revoked', now());
    });
    log.info({ userId: params.id, by: principal.subject, ended }, 'sessions revoked');
    return undefined;
  });
