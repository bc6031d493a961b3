import { GetGatewayJwks } from '@soc/contracts/gateway/jwks';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';

export const getGatewayJwksRoute = ({ internalTokens }: Pick<GatewayDeps, 'internalTokens'>) =>
  route(GetGatewayJwks, ({ reply }) => {
    reply.header('cache-control', 'public, max-age=60');
    const keys = internalTokens.jwks.map(({ kid, x = '', y = '' }) => ({
      kty: 'EC' as const,
      crv: 'P-256' as const,
      kid,
      alg: 'ES256' as const,
      use: 'sig' as const,
      x,
      y,
    }));
    return Promise.resolve({ keys });
  });
