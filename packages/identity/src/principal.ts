import type { Permission, TokenLimit } from '@soc/contracts';

/** Who is asking: a person, a machine with an API key, or a service of the fleet. */
export interface Principal {
  readonly kind: 'user' | 'api_key' | 'service';
  /** The user's id, the key's id, or the service's name. */
  readonly subject: string;
  /** What people see: the display name, the key's name. */
  readonly name: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
  readonly permissions: ReadonlySet<Permission>;
  /** The login session the token belongs to; absent for machines. */
  readonly sessionId?: string;
  /** Of an API key: the id of the user who made it. */
  readonly makerId?: string;
  /** Present when the token is good for nothing but what must be done first. */
  readonly limit?: TokenLimit;
}

/** Whether a principal holds a permission. */
export const isAllowed = (principal: Principal, permission: Permission): boolean =>
  principal.permissions.has(permission);
