import type { Permission } from '@soc/contracts';
import type { RoleDescription } from '@soc/contracts/auth/roles';

/** A role that a tenant made. */
export interface CustomRole {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** What outsiders see of it. */
export const toRoleDescription = ({ permissions, ...rest }: CustomRole): RoleDescription => ({
  ...rest,
  permissions: [...permissions],
  builtIn: false,
});

/** Whether its holders may do less with the second than with the first. */
export const losesPermission = (before: CustomRole, after: CustomRole): boolean =>
  before.permissions.some((permission) => !after.permissions.includes(permission));
