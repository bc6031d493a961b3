import type { Account } from './account.ts';

/** What is known of a person who gets an account. */
export interface NewPerson extends Pick<
  Account,
  'id' | 'tenantId' | 'email' | 'displayName' | 'passwordHash' | 'roles'
> {
  readonly mustChangePassword?: boolean | undefined;
}

/** An account nobody has logged in to yet. */
export const newAccount = ({ mustChangePassword = false, ...person }: NewPerson, at: Date): Account => ({
  ...person,
  active: true,
  mustChangePassword,
  mfaEnabled: false,
  version: 1,
  createdAt: at.toISOString(),
  updatedAt: at.toISOString(),
  lastLoginAt: null,
  tokensValidFrom: null,
});
