import { DeleteRole } from '@soc/contracts/auth/roles';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import { publishUserChanged } from '../account-events.ts';
import type { AuthDeps } from '../deps.ts';
import { exceeds, isBuiltIn } from '../domain/grant.ts';

type DeleteRoleDeps = Pick<
  AuthDeps,
  'db' | 'users' | 'roles' | 'settings' | 'sessions' | 'revocations' | 'outbox' | 'now'
>;

export const deleteRoleRoute = (deps: DeleteRoleDeps) =>
  route(DeleteRole, async ({ params, principal, origin, record, log }) => {
    const { db, users, roles, settings, sessions, revocations, outbox, now } = deps;
    const { tenantId } = principal;
    const { name } = params;
    if (isBuiltIn(name)) throw conflict('auth.role_built_in', 'a built-in role stays');
    await db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      const role = await roles.find(tx, tenantId, name);
      if (!role) throw notFound('auth.role_not_found');
      if (exceeds(new Set(role.permissions), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the role allows more than you may');
      }
      const holders = await users.lockHolders(tx, tenantId, name);
      await roles.delete(tx, tenantId, name);
      const required = await settings.mfaRequiredRoles(tx, tenantId);
      if (required.includes(name)) {
        await settings.requireMfaOf(
          tx,
          tenantId,
          required.filter((each) => each !== name),
          now(),
        );
      }
      for (const account of await users.dropRole(tx, tenantId, name, now())) {
        await publishUserChanged(outbox, tx, account, 'updated', origin);
      }
      await sessions.revokeAllOf(tx, holders, 'account_changed', now());
      await revocations.revokeUsers(tx, tenantId, holders, now());
      await record(tx, { details: { permissions: role.permissions, demoted: holders.length } });
      log.info({ role: name, by: principal.subject, demoted: holders.length }, 'role deleted');
    });
    return undefined;
  });
