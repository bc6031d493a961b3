import { permissionsOfRole, Role } from '@soc/contracts';
import { ListRoles } from '@soc/contracts/auth/roles';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { toRoleDescription } from '../domain/role.ts';

const builtIn = Role.options.map((name) => ({
  name,
  description: 'Comes with the fleet.',
  permissions: [...permissionsOfRole[name]],
  builtIn: true,
}));

export const listRolesRoute = ({ db, roles }: Pick<AuthDeps, 'db' | 'roles'>) =>
  route(ListRoles, async ({ principal, consistencyToken }) => {
    const own = await roles.list(db.readYourWrites(consistencyToken), principal.tenantId);
    return { items: [...builtIn, ...own.map(toRoleDescription)] };
  });
