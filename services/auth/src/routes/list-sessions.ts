import { ListSessions } from '@soc/contracts/auth/sessions';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const listSessionsRoute = ({ db, sessions, now }: Pick<AuthDeps, 'db' | 'sessions' | 'now'>) =>
  route(ListSessions, async ({ principal, consistencyToken }) => {
    if (principal.kind !== 'user') return { items: [] };
    const open = await sessions.listOpen(db.readYourWrites(consistencyToken), principal.subject, now());
    return { items: open.map((session) => ({ ...session, current: session.id === principal.sessionId })) };
  });
