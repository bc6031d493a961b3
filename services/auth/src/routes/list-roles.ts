import { permissionsOfRole, Role } from '@soc/contracts';
import { ListRoles } from '@soc/contracts/auth/users';
import { route } from '@soc/service-kit';

export const listRolesRoute = () =>
  route(ListRoles, () =>
    Promise.resolve({ items: Role.options.map((name) => ({ name, permissions: [...permissionsOfRole[name]] })) }),
  );
