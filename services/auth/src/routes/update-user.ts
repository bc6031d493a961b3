import { UpdateUser } from '@soc/contracts/auth/users';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import { busy } from '../busy.ts';
import type { AuthDeps } from '../deps.ts';
import { exceeds, toUser } from '../domain/account.ts';
import { changeAccount } from '../domain/change-account.ts';

type UpdateUserDeps = Pick<
  AuthDeps,
  'db' | 'users' | 'sessions' | 'revocations' | 'hasher' | 'hashing' | 'outbox' | 'now'
>;

/** Hashes before the transaction begins: 0.2 s is too long to hold a lock. */
async function hashNew({ hasher, hashing }: UpdateUserDeps, password: string | undefined): Promise<string | undefined> {
  if (password === undefined) return undefined;
  const turn = await hashing.run(() => hasher.hash(password));
  if (!turn.ok) throw busy();
  return turn.value;
}

export const updateUserRoute = (deps: UpdateUserDeps) => {
  const { db, users, sessions, revocations, outbox, now } = deps;
  return route(UpdateUser, async ({ params, body, principal, origin, log }) => {
    const passwordHash = await hashNew(deps, body.password);
    const { tenantId } = principal;
    return db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      const before = await users.find(tx, tenantId, params.id);
      if (!before) throw notFound('auth.user_not_found');
      if (exceeds([...before.roles, ...(body.roles ?? [])], principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the account may, or would, do more than you may');
      }
      const at = now();
      const { account, kind, endsSessions, losesAdmin } = changeAccount(before, body, passwordHash, at);
      if (losesAdmin && !(await users.hasOtherAdmin(tx, tenantId, account.id))) {
        throw conflict('auth.last_admin', 'nobody would be left to administer the fleet');
      }
      await users.save(tx, account);
      if (endsSessions) {
        await sessions.revokeAll(tx, account.id, 'account_changed', at);
        await revocations.revokeUsers(tx, tenantId, [account.id], now());
      }
      await publishUserChanged(outbox, tx, account, kind, origin);
      log.info({ userId: account.id, by: principal.subject, roles: account.roles, kind, endsSessions }, 'user changed');
      return toUser(account);
    });
  });
};
