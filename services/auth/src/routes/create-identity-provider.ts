import { CreateIdentityProvider } from '@soc/contracts/auth/identity-providers';
import { conflict, route, uuidv7 } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { demandAllowed, demandDestination, toIdentityProvider } from '../oidc/change-provider.ts';
import type { StoredProvider } from '../oidc/provider-repository.ts';

export const createIdentityProviderRoute = (deps: AuthDeps) =>
  route(CreateIdentityProvider, async ({ body, principal, record, log }) => {
    const { db, providers, seal, now } = deps;
    const { clientSecret, ...settings } = body;
    demandDestination(deps, settings);
    const at = now();
    const id = uuidv7(at.getTime());
    const provider: StoredProvider = {
      ...settings,
      id,
      tenantId: principal.tenantId,
      sealedSecret: clientSecret === undefined ? undefined : seal.seal(Buffer.from(clientSecret), id),
      createdAt: at.toISOString(),
      updatedAt: at.toISOString(),
    };
    const isAdded = await db.tx(async (tx) => {
      await demandAllowed(deps, tx, principal, settings);
      if (!(await providers.insert(tx, provider))) return false;
      await record(tx, { targetId: id });
      return true;
    });
    if (!isAdded) throw conflict('auth.provider_exists', 'there is a provider of this name');
    log.info({ provider: provider.slug, by: principal.subject }, 'identity provider created');
    return toIdentityProvider(provider);
  });
