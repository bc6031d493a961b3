import { StartOidcLogin } from '@soc/contracts/auth/oidc';
import { notFound, route, unavailable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { beginOidcLogin } from '../oidc/begin-oidc-login.ts';

export const startOidcLoginRoute = (deps: AuthDeps) =>
  route(StartOidcLogin, async ({ params, query, reply, log }) => {
    const provider = await deps.providers.findEnabled(deps.db.write, params.provider);
    if (!provider) throw notFound('auth.provider_not_found');
    const { challenge, returnTo } = query;
    const url = await beginOidcLogin(deps, provider, { challenge, returnTo }).catch((error: unknown) => {
      log.warn({ err: error, provider: provider.slug }, 'provider of identities not available');
      throw unavailable('auth.provider_unavailable', 'the provider cannot be asked right now');
    });
    reply.header('location', url.href).header('cache-control', 'no-store');
    return undefined;
  });
