import type { TokenPair } from '@soc/contracts/auth/sessions';
import { uuidv7 } from '@soc/service-kit';
import type { AuthDeps } from './deps.ts';
import type { Account } from './domain/account.ts';
import { lockedForS } from './domain/lockout.ts';
import { createSecret, hashOf } from './opaque-secret.ts';

export type LoginOutcome =
  | { readonly kind: 'opened'; readonly tokens: TokenPair; readonly userId: string }
  | { readonly kind: 'bad_credentials' }
  | { readonly kind: 'locked'; readonly retryAfterS: number }
  | { readonly kind: 'busy' };

export interface LoginAttempt {
  readonly email: string;
  readonly password: string;
  /** The IP address of whoever tries. */
  readonly clientAddress: string;
}

type LogInDeps = Pick<
  AuthDeps,
  'db' | 'users' | 'sessions' | 'loginFailures' | 'hasher' | 'hashing' | 'tokens' | 'config' | 'now'
>;

/**
 * Checks e-mail and password and opens a session. Failures lock an account for the address they come from, and for all
 * only where they come from many: a stranger cannot lock a known account for its owner with a handful of them. An unknown address, a wrong password and an inactive account take the
 * same steps, a full hash among them, so that neither the answer nor its time tells them apart.
 */
export function createLogIn(deps: LogInDeps): (attempt: LoginAttempt) => Promise<LoginOutcome> {
  const { db, users, sessions, loginFailures, hasher, hashing, tokens, config, now } = deps;
  const windowS = config.AUTH_LOCKOUT_WINDOW_S;

  const countsOf = ({ email, clientAddress }: LoginAttempt) => {
    const account = email.toLowerCase();
    return {
      fromHere: { key: hashOf(`${account} ${clientAddress}`), maxFailures: config.AUTH_LOCKOUT_FAILURES },
      fromAnywhere: { key: hashOf(account), maxFailures: config.AUTH_LOCKOUT_ACCOUNT_FAILURES },
    };
  };
  type Count = ReturnType<typeof countsOf>['fromHere'];
  const lockOf = async ({ key, maxFailures }: Count): Promise<number> =>
    lockedForS(await loginFailures.find(db.write, key), { maxFailures, windowS }, now());

  const openSession = (seen: Account, key: Buffer, renewedHash: string | undefined): Promise<TokenPair | undefined> => {
    const at = now();
    const expiresAt = new Date(at.getTime() + config.AUTH_REFRESH_TOKEN_TTL_S * 1000);
    const sessionId = uuidv7(at.getTime());
    const refreshToken = createSecret('rt_');
    return db.tx(async (tx) => {
      const account = await users.recordLogin(tx, seen, at, renewedHash);
      if (!account) return undefined;
      await sessions.open(tx, { id: sessionId, tenantId: account.tenantId, userId: account.id }, at, expiresAt);
      await sessions.addToken(tx, sessionId, hashOf(refreshToken), expiresAt);
      await loginFailures.forget(tx, key);
      return tokens.forPerson(account, sessionId, refreshToken);
    });
  };

  // All of it in one turn: what waits has not looked at the lock yet, so parallel guesses cannot slip past it.
  const attempt = async (tried: LoginAttempt): Promise<LoginOutcome> => {
    const { email, password } = tried;
    const { fromHere, fromAnywhere } = countsOf(tried);
    const retryAfterS = Math.max(await lockOf(fromHere), await lockOf(fromAnywhere));
    if (retryAfterS > 0) return { kind: 'locked', retryAfterS };
    const account = await users.findByEmail(db.write, email);
    const fits = await hasher.fits(password, account?.passwordHash);
    if (!account?.active || !fits) {
      await loginFailures.record(db.write, fromHere.key, now(), windowS);
      await loginFailures.record(db.write, fromAnywhere.key, now(), windowS);
      return { kind: 'bad_credentials' };
    }
    const renewedHash = hasher.isCurrent(account.passwordHash) ? undefined : await hasher.hash(password);
    const opened = await openSession(account, fromHere.key, renewedHash);
    return opened ? { kind: 'opened', tokens: opened, userId: account.id } : { kind: 'bad_credentials' };
  };

  return async (tried) => {
    const turn = await hashing.run(() => attempt(tried));
    return turn.ok ? turn.value : { kind: 'busy' };
  };
}
