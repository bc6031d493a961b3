import { HttpProblem } from '@soc/service-kit';
import type { BreachedPasswords } from './breached-passwords.ts';
import { type PasswordOwner, weaknessOf } from './domain/weak-password.ts';

/** What a new password must be, beside long enough, which its contract says. */
export interface PasswordPolicy {
  /** Why it is refused; undefined when it is not. */
  readonly refusalOf: (password: string, owner: PasswordOwner) => Promise<string | undefined>;
}

/** NIST SP 800-63B, section 3.1.1.2: no rules of composition, but none that is known or guessed first. */
export const createPasswordPolicy = (breached: BreachedPasswords | undefined): PasswordPolicy => ({
  refusalOf: async (password, owner) => {
    const weakness = weaknessOf(password, owner);
    if (weakness !== undefined) return weakness;
    return (await breached?.has(password)) ? 'is on a list of passwords that were stolen elsewhere' : undefined;
  },
});

/** 422 for a field whose password is refused. */
export const passwordRefused = (path: 'body.password' | 'body.newPassword', reason: string): HttpProblem =>
  new HttpProblem(422, 'auth.password_refused', `the password ${reason}`, { errors: [{ path, message: reason }] });
