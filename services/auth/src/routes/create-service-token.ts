import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { route, unauthenticated } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const createServiceTokenRoute = ({
  authenticateService,
  tokens,
}: Pick<AuthDeps, 'authenticateService' | 'tokens'>) =>
  route(CreateServiceToken, ({ body, log }) => {
    const name = authenticateService(body.serviceName, body.secret);
    if (name === undefined) {
      log.warn({ serviceName: body.serviceName }, 'service token refused');
      throw unauthenticated('auth.bad_credentials', 'service name or secret is wrong');
    }
    return Promise.resolve(tokens.forService(name));
  });
