import type { UserChange } from '@soc/contracts/auth/users';
import type { Account } from './account.ts';

/** A changed account and what must follow from the change. */
export interface AccountChange {
  readonly account: Account;
  readonly kind: 'updated' | 'deactivated';
  /** Sessions that were opened with more rights, or with the old password, must not go on. */
  readonly endsSessions: boolean;
  /** The account was an administrator who can log in, and is not any more. */
  readonly losesAdmin: boolean;
}

const isAdmin = ({ active, roles }: Pick<Account, 'active' | 'roles'>): boolean => active && roles.includes('admin');

/** The account after a change. `passwordHash` is the hash of `change.password`, where there is one. */
export function changeAccount(
  before: Account,
  change: Omit<UserChange, 'password'>,
  passwordHash: string | undefined,
  at: Date,
): AccountChange {
  const account: Account = {
    ...before,
    displayName: change.displayName ?? before.displayName,
    roles: change.roles ?? before.roles,
    active: change.active ?? before.active,
    passwordHash: passwordHash ?? before.passwordHash,
    mustChangePassword: change.mustChangePassword ?? before.mustChangePassword,
    version: before.version + 1,
    updatedAt: at.toISOString(),
  };
  const isDeactivated = before.active && !account.active;
  const losesRole = before.roles.some((role) => !account.roles.includes(role));
  const mustChange = account.mustChangePassword && !before.mustChangePassword;
  return {
    account,
    kind: isDeactivated ? 'deactivated' : 'updated',
    endsSessions: isDeactivated || losesRole || passwordHash !== undefined || mustChange,
    losesAdmin: isAdmin(before) && !isAdmin(account),
  };
}
