import { Logout } from '@soc/contracts/auth/sessions';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

/** A machine has no session: there is nothing to end, which is what it asked for. */
export const logoutRoute = ({ db, sessions, now }: Pick<AuthDeps, 'db' | 'sessions' | 'now'>) =>
  route(Logout, async ({ principal, record, log }) => {
    const { sessionId, subject } = principal;
    if (sessionId === undefined) return undefined;
    await db.tx(async (tx) => {
      const isEnded = await sessions.revoke(tx, { sessionId, userId: subject }, 'logout', now());
      if (isEnded) await record(tx, { targetId: sessionId });
    });
    log.info({ userId: subject }, 'logged out');
    return undefined;
  });
