import { RevokeUserSession } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeUserSessionRoute = ({
  db,
  users,
  sessions,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'sessions' | 'now'>) =>
  route(RevokeUserSession, async ({ params, principal, log }) => {
    const { id: userId, sessionId } = params;
    const isRevoked = await db.tx(
      async (tx) =>
        (await users.find(tx, principal.tenantId, userId)) !== undefined &&
        sessions.revoke(tx, { sessionId, userId }, 'revoked', now()),
    );
    if (!isRevoked) throw notFound('auth.session_not_found');
    log.info({ sessionId, userId, by: principal.subject }, 'session revoked');
    return undefined;
  });
