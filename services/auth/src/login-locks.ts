import { asSystem, type DbCluster, type Queryable, type Tx } from '@soc/db-cluster';
import { clientNetworkOf } from '@soc/service-kit';
import { type AuthConfig, forgetFailuresS } from './config.ts';
import { lockedForS, type LockoutPolicy } from './domain/lockout.ts';
import type { FailureKeys, loginFailureRepository } from './login-failure-repository.ts';
import { hashOf } from './opaque-secret.ts';
import type { sessionRepository } from './session-repository.ts';

/** Who tries a password, and from where. */
export interface Attempt {
  readonly email: string;
  /** The IP address of whoever tries. */
  readonly clientAddress: string;
}

export interface LoginLocks {
  /**
   * Seconds until an attempt is looked at; 0 when it is now. The same for an address that is no account. Who asks within a
   * transaction of the system asks by it: one that waits for a second connection can keep the pool from whoever it waits for.
   */
  readonly lockedForS: (attempt: Attempt, within?: Tx) => Promise<number>;
  readonly recordFailure: (attempt: Attempt) => Promise<void>;
  /** In the transaction of the login that makes good what failed before. */
  readonly forgive: (tx: Tx, attempt: Attempt) => Promise<void>;
}

const keysOf = ({ email, clientAddress }: Attempt): FailureKeys => {
  const account = email.toLowerCase();
  const network = clientNetworkOf(clientAddress);
  return { pair: hashOf(`${account} ${network}`), account: hashOf(account), network: hashOf(`network ${network}`) };
};

/**
 * Failures delay the next attempt, twice as long each time: of one account from one network soon, of one account from
 * anywhere and of one network at any accounts later and for shorter. Where a person has logged in from, only the first of
 * the three holds: nobody elsewhere can lock them out.
 */
export function createLoginLocks(deps: {
  readonly db: DbCluster;
  readonly loginFailures: typeof loginFailureRepository;
  readonly sessions: Pick<typeof sessionRepository, 'wasOpenedFrom'>;
  readonly config: AuthConfig;
  readonly now: () => Date;
}): LoginLocks {
  const { db, loginFailures, sessions, config, now } = deps;
  const forgetS = forgetFailuresS(config);
  const shared = { baseS: config.AUTH_LOCKOUT_BASE_S, forgetS };
  const narrow: LockoutPolicy = {
    ...shared,
    freeFailures: config.AUTH_LOCKOUT_FAILURES,
    maxS: config.AUTH_LOCKOUT_MAX_S,
  };
  const wide = (freeFailures: number): LockoutPolicy => ({
    ...shared,
    freeFailures,
    maxS: Math.min(config.AUTH_LOCKOUT_WIDE_MAX_S, config.AUTH_LOCKOUT_MAX_S),
  });

  const lockOf = async (asked: Queryable, attempt: Attempt): Promise<number> => {
    const at = now();
    const counts = await loginFailures.find(asked, keysOf(attempt));
    // Asked for every attempt, so that its time tells nothing.
    const isKnown = await sessions.wasOpenedFrom(asked, attempt.email, clientNetworkOf(attempt.clientAddress));
    const here = lockedForS(counts.pair, narrow, at);
    if (isKnown) return here;
    const account = lockedForS(counts.account, wide(config.AUTH_LOCKOUT_ACCOUNT_FAILURES), at);
    const network = lockedForS(counts.network, wide(config.AUTH_LOCKOUT_ADDRESS_FAILURES), at);
    return Math.max(here, account, network);
  };

  return {
    // Failures belong to no tenant: whoever fails may be nobody, and shows a password by an open session no less.
    lockedForS: (attempt, within) => (within ? lockOf(within, attempt) : asSystem(() => lockOf(db.write, attempt))),
    recordFailure: (attempt) => asSystem(() => loginFailures.record(db.write, keysOf(attempt), now(), forgetS)),
    forgive: (tx, attempt) => loginFailures.forgive(tx, keysOf(attempt)),
  };
}
