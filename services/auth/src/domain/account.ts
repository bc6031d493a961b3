import type { User } from '@soc/contracts/auth/users';

/** A person's account with what only this service may see of it. */
export interface Account {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly displayName: string;
  /** Argon2id, as a PHC string. */
  readonly passwordHash: string;
  /** Names of roles, built in or of the tenant. */
  readonly roles: readonly string[];
  readonly active: boolean;
  /** Somebody else chose the password. */
  readonly mustChangePassword: boolean;
  /** Whether a second factor is confirmed; kept beside the account. */
  readonly mfaEnabled: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastLoginAt: string | null;
  /** Access tokens of earlier were revoked. */
  readonly tokensValidFrom: string | null;
}

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
