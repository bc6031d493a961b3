import { Login } from '@soc/contracts/auth/sessions';
import { route, tooManyRequests, unauthenticated } from '@soc/service-kit';
import { busy } from '../busy.ts';
import { clientAddressOf, userAgentOf } from '../client-address.ts';
import type { AuthDeps } from '../deps.ts';
import { createLogIn } from '../log-in.ts';
import { createLoginAudit } from '../login-audit.ts';

export const loginRoute = (deps: AuthDeps) => {
  const logIn = createLogIn(deps);
  return route(Login, async ({ body, log, request }) => {
    const { email, password, otp } = body;
    const client = { clientAddress: clientAddressOf(request), userAgent: userAgentOf(request) };
    const audit = createLoginAudit(deps, { email, request });
    const outcome = await logIn({ email, password, otp, ...client, onOpened: audit.opened });
    switch (outcome.kind) {
      case 'opened':
        log.info({ userId: outcome.account.id }, 'logged in');
        return outcome.tokens;
      case 'bad_credentials':
        log.info({}, 'login refused');
        audit.refused('auth.bad_credentials', outcome.account);
        throw unauthenticated('auth.bad_credentials', 'e-mail or password is wrong');
      case 'otp_required':
        log.info({ userId: outcome.account.id }, 'login refused without the second factor');
        audit.refused('auth.otp_required', outcome.account);
        throw unauthenticated('auth.otp_required', 'a current code of the second factor is needed');
      case 'locked':
        log.warn({}, 'login refused while locked');
        audit.refused('auth.locked', outcome.account);
        throw tooManyRequests('auth.locked', 'too many failed logins', outcome.retryAfterS);
      case 'busy':
        throw busy();
    }
  });
};
