import { busy } from './busy.ts';
import type { AuthDeps } from './deps.ts';
import type { PasswordOwner } from './domain/weak-password.ts';
import { passwordRefused } from './password-policy.ts';

/** A new password, the field it came in and whose it shall be. */
export interface NewPasswordOf {
  readonly password: string;
  readonly path: 'body.password' | 'body.newPassword';
  readonly owner: PasswordOwner;
}

/**
 * The hash of a new password. Throws 422 for one that the policy refuses and 503 when too many wait. Call it before a
 * transaction begins: 0.2 s is too long to hold a lock.
 */
export async function hashNewPassword(
  { passwordPolicy, hasher, hashing }: Pick<AuthDeps, 'passwordPolicy' | 'hasher' | 'hashing'>,
  { password, path, owner }: NewPasswordOf,
): Promise<string> {
  const reason = await passwordPolicy.refusalOf(password, owner);
  if (reason !== undefined) throw passwordRefused(path, reason);
  const turn = await hashing.run(() => hasher.hash(password));
  if (!turn.ok) throw busy();
  return turn.value;
}
