import { RevokeUserSession } from '@soc/contracts/auth/sessions';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { exceeds } from '../domain/grant.ts';

export const revokeUserSessionRoute = ({
  db,
  users,
  grants,
  sessions,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'grants' | 'sessions' | 'now'>) =>
  route(RevokeUserSession, async ({ params, principal, record, log }) => {
    const { id: userId, sessionId } = params;
    const isRevoked = await db.tx(async (tx) => {
      const account = await users.find(tx, principal.tenantId, userId);
      if (!account) return false;
      if (exceeds(await grants.permissionsOf(tx, principal.tenantId, account.roles), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the account may do more than you may');
      }
      if (!(await sessions.revoke(tx, { sessionId, userId }, 'revoked', now()))) return false;
      await record(tx, { targetId: sessionId, details: { userId } });
      return true;
    });
    if (!isRevoked) throw notFound('auth.session_not_found');
    log.info({ sessionId, userId, by: principal.subject }, 'session revoked');
    return undefined;
  });
