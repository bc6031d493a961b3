import { ReplaceRole } from '@soc/contracts/auth/roles';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { exceeds, isBuiltIn } from '../domain/grant.ts';
import { losesPermission, toRoleDescription } from '../domain/role.ts';

type ReplaceRoleDeps = Pick<AuthDeps, 'db' | 'users' | 'roles' | 'sessions' | 'revocations' | 'now'>;

export const replaceRoleRoute = ({ db, users, roles, sessions, revocations, now }: ReplaceRoleDeps) =>
  route(ReplaceRole, async ({ params, body, principal, record, log }) => {
    const { tenantId } = principal;
    if (isBuiltIn(params.name)) throw conflict('auth.role_built_in', 'a built-in role stays as it is');
    return db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      const before = await roles.find(tx, tenantId, params.name);
      if (!before) throw notFound('auth.role_not_found');
      const role = { ...before, description: body.description ?? before.description, permissions: body.permissions };
      if (exceeds(new Set([...before.permissions, ...role.permissions]), principal.permissions)) {
        throw unprocessable('auth.permission_not_held', 'the role allows, or would, more than you may');
      }
      // Before the role changes: a login that holds its row has read the role as it was, and is waited for.
      const holders = losesPermission(before, role) ? await users.lockHolders(tx, tenantId, role.name) : [];
      await roles.save(tx, tenantId, role, now());
      await sessions.revokeAllOf(tx, holders, 'account_changed', now());
      await revocations.revokeUsers(tx, tenantId, holders, now());
      const permissions = { before: before.permissions, after: role.permissions };
      await record(tx, { details: { permissions, demoted: holders.length } });
      log.info(
        { role: role.name, permissions: role.permissions, by: principal.subject, demoted: holders.length },
        'role changed',
      );
      return toRoleDescription(role);
    });
  });
