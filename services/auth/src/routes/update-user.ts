import { type UserChange, UpdateUser } from '@soc/contracts/auth/users';
import type { Tx } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import { demandKnownRoles } from '../demand-known-roles.ts';
import type { AuthDeps } from '../deps.ts';
import { type Account, toUser } from '../domain/account.ts';
import { changeAccount } from '../domain/change-account.ts';
import { exceeds } from '../domain/grant.ts';
import { hashNewPassword } from '../new-password.ts';
import { isOwn } from '../own-account.ts';

async function hashNew(
  deps: AuthDeps,
  principal: Principal,
  id: string,
  { password, displayName }: UserChange,
): Promise<string | undefined> {
  if (password === undefined) return undefined;
  // Where the old one is asked for: a session that was left open, or stolen, must not be enough.
  if (isOwn(principal, id)) throw conflict('auth.own_account', 'change your own password by /api/v1/auth/me/password');
  const account = await deps.users.find(deps.db.write, principal.tenantId, id);
  if (!account) throw notFound('auth.user_not_found');
  const owner = { email: account.email, displayName: displayName ?? account.displayName };
  return hashNewPassword(deps, { password, path: 'body.password', owner });
}

/** Nobody gives what they do not hold, nor changes an account that holds more. */
async function demandAllowed(
  tx: Tx,
  { grants }: Pick<AuthDeps, 'grants'>,
  principal: Principal,
  { before, roles }: { readonly before: Account; readonly roles: readonly string[] },
): Promise<void> {
  const { tenantId, permissions } = principal;
  await demandKnownRoles(grants, tx, tenantId, { path: 'body.roles', roles });
  if (exceeds(await grants.permissionsOf(tx, tenantId, [...before.roles, ...roles]), permissions)) {
    throw unprocessable('auth.permission_not_held', 'the account may, or would, do more than you may');
  }
}

/** Which fields were sent, and what became of the rights. Never a password. */
const detailsOf = (before: Account, after: Account, body: UserChange) => ({
  fields: Object.keys(body),
  roles: { before: before.roles, after: after.roles },
  active: { before: before.active, after: after.active },
});

export const updateUserRoute = (deps: AuthDeps) => {
  const { db, users, sessions, revocations, outbox, now } = deps;
  return route(UpdateUser, async ({ params, body, principal, origin, record, log }) => {
    const passwordHash = await hashNew(deps, principal, params.id, body);
    const { tenantId } = principal;
    return db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      const before = await users.find(tx, tenantId, params.id);
      if (!before) throw notFound('auth.user_not_found');
      await demandAllowed(tx, deps, principal, { before, roles: body.roles ?? [] });
      const at = now();
      const { account: changed, kind, endsSessions, losesAdmin } = changeAccount(before, body, passwordHash, at);
      if (losesAdmin && !(await users.hasOtherAdmin(tx, tenantId, before.id))) {
        throw conflict('auth.last_admin', 'nobody would be left to administer the fleet');
      }
      const account = await users.save(tx, before, changed);
      if (endsSessions) {
        await sessions.revokeAll(tx, account.id, 'account_changed', at);
        await revocations.revokeUsers(tx, tenantId, [account.id], now());
      }
      await publishUserChanged(outbox, tx, account, kind, origin);
      await record(tx, { details: detailsOf(before, account, body) });
      log.info({ userId: account.id, by: principal.subject, roles: account.roles, kind, endsSessions }, 'user changed');
      return toUser(account);
    });
  });
};
