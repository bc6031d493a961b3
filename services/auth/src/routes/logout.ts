import { Logout } from '@soc/contracts/auth/sessions';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

/** A machine has no session: there is nothing to end, which is what it asked for. */
export const logoutRoute = ({ db, sessions, now }: Pick<AuthDeps, 'db' | 'sessions' | 'now'>) =>
  route(Logout, async ({ principal, log }) => {
    const { sessionId, subject } = principal;
    if (sessionId === undefined) return undefined;
    // In a transaction, so that the audit knows whose request it was.
    await db.tx((tx) => sessions.revoke(tx, { sessionId, userId: subject }, 'logout', now()));
    log.info({ userId: subject }, 'logged out');
    return undefined;
  });
