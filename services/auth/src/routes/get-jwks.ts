import { GetJwks } from '@soc/contracts/auth/tokens';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const getJwksRoute = ({ signer: { jwk } }: Pick<AuthDeps, 'signer'>) =>
  route(GetJwks, ({ reply }) => {
    reply.header('cache-control', 'public, max-age=300');
    const { kid, n = '', e = '' } = jwk;
    return Promise.resolve({ keys: [{ kty: 'RSA', kid, alg: 'RS256', use: 'sig', n, e }] });
  });
