import type { TokenPair } from '@soc/contracts/auth/sessions';
import { asSystem, type Tx } from '@soc/db-cluster';
import type { AuthDeps } from './deps.ts';
import type { Account } from './domain/account.ts';
import type { LoginClient } from './open-session.ts';

export type LoginOutcome =
  | { readonly kind: 'opened'; readonly tokens: TokenPair; readonly account: Account }
  /** The account, as that of `locked`, is for the audit trail alone: whoever tried is not told whether there is one. */
  | { readonly kind: 'bad_credentials'; readonly account: Account | undefined }
  /** The password was right, and a code is missing or wrong. */
  | { readonly kind: 'otp_required'; readonly account: Account }
  | { readonly kind: 'locked'; readonly retryAfterS: number; readonly account: Account | undefined }
  | { readonly kind: 'busy' };

export interface LoginAttempt extends LoginClient {
  readonly email: string;
  readonly password: string;
  /** A code of the second factor. */
  readonly otp: string | undefined;
  /** Called in the transaction that opens the session. */
  readonly onOpened: (tx: Tx, account: Account) => Promise<void>;
}

type LogInDeps = Pick<
  AuthDeps,
  'db' | 'users' | 'locks' | 'hasher' | 'hashing' | 'secondFactor' | 'openSession' | 'now'
>;

/**
 * Checks e-mail and password, then the code where a second factor is there, and opens a session. An unknown address, a wrong
 * password and an inactive account take the same steps, a full hash among them, so that neither the answer nor its time
 * tells them apart. A wrong code counts like a wrong password; that a code is wanted is told to nobody but who knows it.
 */
export function createLogIn(deps: LogInDeps): (attempt: LoginAttempt) => Promise<LoginOutcome> {
  const { db, users, locks, hasher, hashing, secondFactor, openSession, now } = deps;

  const finish = (tried: LoginAttempt, seen: Account, renewedHash: string | undefined) =>
    db.tx(async (tx): Promise<LoginOutcome> => {
      const check = await secondFactor.check(tx, seen.id, tried.otp, now());
      if (check === 'missing' || check === 'wrong') return { kind: 'otp_required', account: seen };
      const account = await users.recordLogin(tx, seen, now(), renewedHash);
      if (!account) return { kind: 'bad_credentials', account: seen };
      await locks.forgive(tx, tried);
      await tried.onOpened(tx, account);
      return { kind: 'opened', tokens: await openSession(tx, account, tried), account };
    });

  // All of it in one turn: what waits has not looked at the lock yet, so parallel guesses cannot slip past it.
  const attempt = async (tried: LoginAttempt): Promise<LoginOutcome> => {
    const { email, password } = tried;
    const retryAfterS = await locks.lockedForS(tried);
    const account = await users.findByEmail(db.write, email);
    if (retryAfterS > 0) return { kind: 'locked', retryAfterS, account };
    const fits = await hasher.fits(password, account?.passwordHash);
    if (!account?.active || !fits) {
      await locks.recordFailure(tried);
      return { kind: 'bad_credentials', account };
    }
    const renewedHash = hasher.isCurrent(account.passwordHash) ? undefined : await hasher.hash(password);
    const outcome = await finish(tried, account, renewedHash);
    if (outcome.kind === 'otp_required' && tried.otp !== undefined) await locks.recordFailure(tried);
    return outcome;
  };

  return async (tried) => {
    // Whose token is shown beside the password does not matter.
    const turn = await hashing.run(() => asSystem(() => attempt(tried)));
    return turn.ok ? turn.value : { kind: 'busy' };
  };
}
