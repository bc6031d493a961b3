import { RevokeSession } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeSessionRoute = ({ db, sessions, now }: Pick<AuthDeps, 'db' | 'sessions' | 'now'>) =>
  route(RevokeSession, async ({ params, principal, record, log }) => {
    const session = { sessionId: params.id, userId: principal.subject };
    const isRevoked = await db.tx(async (tx) => {
      if (principal.kind !== 'user' || !(await sessions.revoke(tx, session, 'revoked', now()))) return false;
      await record(tx);
      return true;
    });
    if (!isRevoked) throw notFound('auth.session_not_found');
    log.info({ sessionId: params.id, userId: principal.subject }, 'session revoked');
    return undefined;
  });
