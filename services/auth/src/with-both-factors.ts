import type { Tx } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import { conflict, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from './deps.ts';
import type { Account } from './domain/account.ts';

type OtpDeps = Pick<AuthDeps, 'db' | 'demandOwnPassword' | 'secondFactor' | 'locks' | 'now'>;

/** Who asks, with both factors shown once more. */
export interface Shown {
  readonly principal: Principal;
  readonly password: string;
  readonly code: string;
  readonly clientAddress: string;
}

/**
 * Runs `work` for the caller's account in the transaction that uses the code up. Throws what a demand of the password
 * throws, 409 without a second factor, and 422 for a wrong code, which counts like a failed login.
 */
export async function withBothFactors<T>(
  { db, demandOwnPassword, secondFactor, locks, now }: OtpDeps,
  { principal, password, code, clientAddress }: Shown,
  work: (tx: Tx, account: Account) => Promise<T>,
): Promise<T> {
  const account = await demandOwnPassword(principal, password, clientAddress);
  const outcome = await db.tx(async (tx) => {
    const check = await secondFactor.check(tx, account.id, code, now());
    return check === 'accepted' ? { check, result: await work(tx, account) } : { check };
  });
  if (outcome.check === 'accepted') return outcome.result;
  if (outcome.check === 'not_enabled') throw conflict('auth.mfa_not_enabled', 'there is no second factor');
  await locks.recordFailure({ email: account.email, clientAddress });
  throw unprocessable('auth.wrong_otp', 'the code does not fit, or was used before');
}
