import { RevokeSession } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeSessionRoute = ({ db, sessions, now }: Pick<AuthDeps, 'db' | 'sessions' | 'now'>) =>
  route(RevokeSession, async ({ params, principal, log }) => {
    const revoked =
      principal.kind === 'user' &&
      (await sessions.revoke(db.write, { sessionId: params.id, userId: principal.subject }, 'revoked', now()));
    if (!revoked) throw notFound('auth.session_not_found');
    log.info({ sessionId: params.id, userId: principal.subject }, 'session revoked');
    return undefined;
  });
