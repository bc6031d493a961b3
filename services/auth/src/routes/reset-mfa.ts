import { ResetMfa } from '@soc/contracts/auth/mfa';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { exceeds } from '../domain/grant.ts';
import { isOwn } from '../own-account.ts';

type ResetMfaDeps = Pick<AuthDeps, 'db' | 'users' | 'grants' | 'mfa' | 'sessions' | 'revocations' | 'now'>;

/** For others only: who still has the factor shows it, and a stolen session must not get rid of it. */
export const resetMfaRoute = ({ db, users, grants, mfa, sessions, revocations, now }: ResetMfaDeps) =>
  route(ResetMfa, async ({ params, principal, record, log }) => {
    const { tenantId, subject } = principal;
    if (isOwn(principal, params.id)) throw conflict('auth.own_account', 'show both factors to take your own away');
    await db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      const account = await users.find(tx, tenantId, params.id);
      if (!account) throw notFound('auth.user_not_found');
      if (exceeds(await grants.permissionsOf(tx, tenantId, account.roles), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the account may do more than you may');
      }
      if (!(await mfa.remove(tx, account.id))) return;
      await users.findForUpdate(tx, tenantId, account.id);
      await sessions.revokeAll(tx, account.id, 'account_changed', now());
      await revocations.revokeUsers(tx, tenantId, [account.id], now());
      await record(tx);
    });
    log.warn({ userId: params.id, by: subject }, 'second factor reset');
    return undefined;
  });
