import { CreateRole } from '@soc/contracts/auth/roles';
import { conflict, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { exceeds, isBuiltIn } from '../domain/grant.ts';
import { toRoleDescription } from '../domain/role.ts';
import { MAX_ROLES } from '../role-repository.ts';

type CreateRoleDeps = Pick<AuthDeps, 'db' | 'users' | 'roles' | 'now'>;

export const createRoleRoute = ({ db, users, roles, now }: CreateRoleDeps) =>
  route(CreateRole, async ({ body, principal, record, log }) => {
    const { tenantId } = principal;
    const role = { name: body.name, description: body.description ?? '', permissions: body.permissions };
    if (exceeds(new Set(role.permissions), principal.permissions)) {
      throw unprocessable('auth.permission_not_held', 'the role would allow more than you may');
    }
    await db.tx(async (tx) => {
      await users.lockTenant(tx, tenantId);
      if ((await roles.count(tx, tenantId)) >= MAX_ROLES) {
        throw conflict('auth.too_many_roles', `a tenant has at most ${MAX_ROLES} roles of its own`);
      }
      if (isBuiltIn(role.name) || !(await roles.insert(tx, tenantId, role, now()))) {
        throw conflict('auth.role_exists', 'there is a role of this name');
      }
      await record(tx, { targetId: role.name, details: { permissions: role.permissions } });
    });
    log.info({ role: role.name, permissions: role.permissions, by: principal.subject }, 'role created');
    return toRoleDescription(role);
  });
