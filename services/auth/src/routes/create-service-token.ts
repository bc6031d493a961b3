import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { route, unauthenticated } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { basicCredentialsOf } from '../basic-credentials.ts';

export const createServiceTokenRoute = ({
  authenticateService,
  tokens,
}: Pick<AuthDeps, 'authenticateService' | 'tokens'>) =>
  route(CreateServiceToken, ({ body, request, reply, log }) => {
    const basic = basicCredentialsOf(request.headers.authorization);
    // A client shows its secret in one way (RFC 6749, section 2.3).
    const isTwice = basic !== undefined && (body.client_secret ?? body.secret) !== undefined;
    const serviceName = body.serviceName ?? body.client_id ?? basic?.id ?? '';
    const secret = body.secret ?? body.client_secret ?? basic?.secret ?? '';
    const isOther = basic !== undefined && basic.id !== serviceName;
    const name = isTwice || isOther ? undefined : authenticateService(serviceName, secret);
    if (name === undefined) {
      log.warn({ serviceName }, 'service token refused');
      throw unauthenticated('auth.bad_credentials', 'service name or secret is wrong');
    }
    reply.header('cache-control', 'no-store');
    const { accessToken, expiresInS } = tokens.forService(name, body.audience);
    const answer = { accessToken, expiresInS, access_token: accessToken, expires_in: expiresInS };
    return Promise.resolve({ ...answer, token_type: 'Bearer' as const });
  });
