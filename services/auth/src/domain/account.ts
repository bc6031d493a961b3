import { type Permission, permissionsOfRole, type Role } from '@soc/contracts';
import type { User } from '@soc/contracts/auth/users';

/** A person's account with what only this service may see of it. */
export interface Account {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly displayName: string;
  /** Argon2id, as a PHC string. */
  readonly passwordHash: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastLoginAt: string | null;
  /** Access tokens of earlier were revoked. */
  readonly tokensValidFrom: string | null;
}

/** What any of the roles allows. */
export const permissionsOf = (roles: readonly Role[]): ReadonlySet<Permission> =>
  new Set(roles.flatMap((role) => permissionsOfRole[role]));

/** Whether roles allow anything that `held` does not: only who holds it may give it, or take hold of an account that has it. */
export const exceeds = (roles: readonly Role[], held: ReadonlySet<Permission>): boolean =>
  !permissionsOf(roles).isSubsetOf(held);

/** What outsiders see of an account. */
export const toUser = ({
  tenantId: _tenant,
  passwordHash: _hash,
  tokensValidFrom: _from,
  roles,
  ...rest
}: Account): User => ({
  ...rest,
  roles: [...roles],
});
