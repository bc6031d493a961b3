import { ListUserSessions } from '@soc/contracts/auth/sessions';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const listUserSessionsRoute = ({
  db,
  users,
  sessions,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'sessions' | 'now'>) =>
  route(ListUserSessions, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    if (!(await users.find(read, principal.tenantId, params.id))) throw notFound('auth.user_not_found');
    const open = await sessions.listOpen(read, params.id, now());
    return { items: open.map((session) => ({ ...session, current: session.id === principal.sessionId })) };
  });
