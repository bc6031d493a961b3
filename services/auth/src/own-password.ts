import type { DbCluster } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import { forbidden, tooManyRequests, unprocessable } from '@soc/service-kit';
import { busy } from './busy.ts';
import type { Account } from './domain/account.ts';
import type { LoginLocks } from './login-locks.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { userRepository } from './user-repository.ts';
import type { WorkLimiter } from './work-limiter.ts';

/**
 * The account of the caller, who has to show its password once more. Throws 403 for who is no person, 422 for a wrong
 * password, which counts like a failed login, 429 while locked and 503 when too many wait.
 */
export type DemandOwnPassword = (principal: Principal, password: string, clientAddress: string) => Promise<Account>;

interface OwnPasswordDeps {
  readonly db: DbCluster;
  readonly users: Pick<typeof userRepository, 'find'>;
  readonly hasher: PasswordHasher;
  readonly hashing: WorkLimiter;
  readonly locks: LoginLocks;
}

/** 429 while failures of before delay the next attempt. */
export async function demandUnlocked(locks: LoginLocks, email: string, clientAddress: string): Promise<void> {
  const retryAfterS = await locks.lockedForS({ email, clientAddress });
  if (retryAfterS > 0) throw tooManyRequests('auth.locked', 'too many failed attempts', retryAfterS);
}

export function createOwnPasswordDemand(deps: OwnPasswordDeps): DemandOwnPassword {
  const { db, users, hasher, hashing, locks } = deps;
  return async ({ kind, tenantId, subject }, password, clientAddress) => {
    const account = kind === 'user' ? await users.find(db.write, tenantId, subject) : undefined;
    if (!account?.active) throw forbidden('auth.not_a_person', 'this needs the account of a person');
    const { email } = account;
    const turn = await hashing.run(async () => {
      await demandUnlocked(locks, email, clientAddress);
      if (await hasher.fits(password, account.passwordHash)) return true;
      await locks.recordFailure({ email, clientAddress });
      return false;
    });
    if (!turn.ok) throw busy();
    if (!turn.value) throw unprocessable('auth.wrong_password', 'the password is not the one of the account');
    return account;
  };
}
