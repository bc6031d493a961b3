import { GetJwks } from '@soc/contracts/auth/tokens';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

/** Kept for a shorter time than a new key waits before it signs. */
const MAX_AGE_S = 30;

export const getJwksRoute = ({ signingKeys }: Pick<AuthDeps, 'signingKeys'>) =>
  route(GetJwks, ({ reply }) => {
    reply.header('cache-control', `public, max-age=${MAX_AGE_S}`);
    const keys = signingKeys.published().map(({ kid, n = '', e = '' }) => {
      return { kty: 'RSA' as const, kid, alg: 'RS256' as const, use: 'sig' as const, n, e };
    });
    return Promise.resolve({ keys });
  });
