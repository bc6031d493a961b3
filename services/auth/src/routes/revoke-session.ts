import { RevokeSession } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const revokeSessionRoute = ({ db, sessions, now }: Pick<AuthDeps, 'db' | 'sessions' | 'now'>) =>
  route(RevokeSession, async ({ params, principal, log }) => {
    const session = { sessionId: params.id, userId: principal.subject };
    // In a transaction, so that the audit knows whose request it was.
    const revoked = principal.kind === 'user' && (await db.tx((tx) => sessions.revoke(tx, session, 'revoked', now())));
    if (!revoked) throw notFound('auth.session_not_found');
    log.info({ sessionId: params.id, userId: principal.subject }, 'session revoked');
    return undefined;
  });
