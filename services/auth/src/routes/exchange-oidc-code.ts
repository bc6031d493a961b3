import { ExchangeOidcCode } from '@soc/contracts/auth/oidc';
import type { TokenPair } from '@soc/contracts/auth/sessions';
import { asSystem, type Tx } from '@soc/db-cluster';
import { route, tooManyRequests, unauthenticated } from '@soc/service-kit';
import { clientAddressOf, userAgentOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';
import type { Account } from '../domain/account.ts';
import { createLoginAudit } from '../login-audit.ts';
import { challengeOf } from '../oidc/begin-oidc-login.ts';
import { hashOf } from '../opaque-secret.ts';

/** Thrown inside, so that a code is not used up by a request that lacks the second factor. */
class OtpRefused extends Error {
  override readonly name = 'OtpRefused';
  readonly account: Account;
  constructor(account: Account) {
    super('a current code of the second factor is needed');
    this.account = account;
  }
}

export const exchangeOidcCodeRoute = (deps: AuthDeps) => {
  const { db, users, oidcLogins, secondFactor, locks, openSession, now } = deps;
  return route(ExchangeOidcCode, async ({ body, request, log }) => {
    const { otp } = body;
    const client = { clientAddress: clientAddressOf(request), userAgent: userAgentOf(request) };
    const shown = { codeHash: hashOf(body.code), challenge: challengeOf(body.verifier) };

    const openIn = async (tx: Tx): Promise<TokenPair | undefined> => {
      const login = await oidcLogins.exchange(tx, shown, now());
      const seen = login && (await users.find(tx, login.tenantId, login.userId));
      if (!seen) return undefined;
      const { email } = seen;
      const lockedS = otp === undefined ? 0 : await locks.lockedForS({ email, ...client }, tx);
      const audit = createLoginAudit(deps, { email, request });
      if (lockedS > 0) {
        audit.refused('auth.locked', seen);
        throw tooManyRequests('auth.locked', 'too many failed logins', lockedS);
      }
      const check = await secondFactor.check(tx, seen.id, otp, now());
      if (check === 'missing' || check === 'wrong') throw new OtpRefused(seen);
      const account = await users.recordLogin(tx, seen, now(), undefined);
      if (!account) return undefined;
      await audit.opened(tx, account);
      return openSession(tx, account, client);
    };
    // Who shows a code may show a token of whomever beside it.
    const open = () => asSystem(() => db.tx(openIn));

    try {
      const pair = await open();
      if (pair) return pair;
    } catch (error) {
      if (!(error instanceof OtpRefused)) throw error;
      const { account } = error;
      if (otp !== undefined) await locks.recordFailure({ email: account.email, ...client });
      createLoginAudit(deps, { email: account.email, request }).refused('auth.otp_required', account);
      log.info({}, 'login at a provider refused without the second factor');
      throw unauthenticated('auth.otp_required', error.message);
    }
    deps.audit.refuse({
      action: 'login.attempt',
      outcome: 'denied',
      tenantId: 'default',
      target: { type: 'user' },
      reason: 'auth.bad_oidc_code',
      request,
    });
    throw unauthenticated('auth.bad_oidc_code', 'the code is not valid');
  });
};
