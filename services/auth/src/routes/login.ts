import { Login } from '@soc/contracts/auth/sessions';
import { route, tooManyRequests, unauthenticated } from '@soc/service-kit';
import { busy } from '../busy.ts';
import type { AuthDeps } from '../deps.ts';
import { clientAddressOf } from '../client-address.ts';
import { createLogIn } from '../log-in.ts';

export const loginRoute = (deps: AuthDeps) => {
  const logIn = createLogIn(deps);
  return route(Login, async ({ body, log, request }) => {
    const outcome = await logIn({ ...body, clientAddress: clientAddressOf(request) });
    switch (outcome.kind) {
      case 'opened':
        log.info({ userId: outcome.userId }, 'logged in');
        return outcome.tokens;
      case 'bad_credentials':
        log.info({}, 'login refused');
        throw unauthenticated('auth.bad_credentials', 'e-mail or password is wrong');
      case 'locked':
        log.warn({}, 'login refused while locked');
        throw tooManyRequests('auth.locked', 'too many failed logins', outcome.retryAfterS);
      case 'busy':
        throw busy();
    }
  });
};
