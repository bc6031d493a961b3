import { RevokeUserSession } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeUserSessionRoute = ({
  db,
  users,
  sessions,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'sessions' | 'now'>) =>
  route(RevokeUserSession, async ({ params, principal, record, log }) => {
    const { id: userId, sessionId } = params;
    const isRevoked = await db.tx(async (tx) => {
      if (!(await users.find(tx, principal.tenantId, userId))) return false;
      if (!(await sessions.revoke(tx, { sessionId, userId }, 'revoked', now()))) return false;
      await record(tx, { targetId: sessionId, details: { userId } });
      return true;
    });
    if (!isRevoked) throw notFound('auth.session_not_found');
    log.info({ sessionId, userId, by: principal.subject }, 'session revoked');
    return undefined;
  });
