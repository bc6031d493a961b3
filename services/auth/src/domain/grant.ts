import { type Permission, permissionsOfRole, Role, type TokenLimit } from '@soc/contracts';

/** What a person's token says they may do. */
export interface Grant {
  readonly permissions: ReadonlySet<Permission>;
  readonly limit: TokenLimit | undefined;
}

/** What a tenant's own roles allow, by name. */
export type CustomRoles = ReadonlyMap<string, readonly Permission[]>;

const builtIn: ReadonlyMap<string, readonly Permission[]> = new Map(Object.entries(permissionsOfRole));

export const isBuiltIn = (name: string): name is Role => Role.safeParse(name).success;

/** What any of the roles allows. A name that is no role allows nothing. */
export const permissionsOf = (names: readonly string[], custom: CustomRoles): ReadonlySet<Permission> =>
  new Set(names.flatMap((name) => builtIn.get(name) ?? custom.get(name) ?? []));

/** Whether one allows anything that the other does not: only who holds it may give it, or take hold of who has it. */
export const exceeds = (asked: ReadonlySet<Permission>, held: ReadonlySet<Permission>): boolean =>
  !asked.isSubsetOf(held);

export interface Obligations {
  readonly mustChangePassword: boolean;
  readonly mfaEnabled: boolean;
  readonly roles: readonly string[];
}

export const isMfaRequired = (roles: readonly string[], mfaRequiredRoles: readonly string[]): boolean =>
  roles.some((role) => mfaRequiredRoles.includes(role));

/** What a person must do before anything else. The password first: whoever gave it may still know it. */
export function limitOf(
  { mustChangePassword, mfaEnabled, roles }: Obligations,
  mfaRequiredRoles: readonly string[],
): TokenLimit | undefined {
  if (mustChangePassword) return 'password_change';
  return !mfaEnabled && isMfaRequired(roles, mfaRequiredRoles) ? 'mfa_enrolment' : undefined;
}
