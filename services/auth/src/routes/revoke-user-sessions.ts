import { RevokeUserSessions } from '@soc/contracts/auth/sessions';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { exceeds } from '../domain/grant.ts';

export const revokeUserSessionsRoute = ({
  db,
  users,
  grants,
  sessions,
  revocations,
  now,
}: Pick<AuthDeps, 'db' | 'users' | 'grants' | 'sessions' | 'revocations' | 'now'>) =>
  route(RevokeUserSessions, async ({ params, principal, record, log }) => {
    const ended = await db.tx(async (tx) => {
      const account = await users.findForUpdate(tx, principal.tenantId, params.id);
      if (!account) throw notFound('auth.user_not_found');
      if (exceeds(await grants.permissionsOf(tx, principal.tenantId, account.roles), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the account may do more than you may');
      }
      const count = await sessions.revokeAll(tx, account.id, 'revoked', now());
      await revocations.revokeUsers(tx, principal.tenantId, [account.id], now());
      await record(tx, { details: { ended: count } });
      return count;
    });
    log.info({ userId: params.id, by: principal.subject, ended }, 'sessions revoked');
    return undefined;
  });
