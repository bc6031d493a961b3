import { ReplaceIdentityProvider } from '@soc/contracts/auth/identity-providers';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { demandAllowed, demandDestination, toIdentityProvider } from '../oidc/change-provider.ts';
import type { StoredProvider } from '../oidc/provider-repository.ts';

export const replaceIdentityProviderRoute = (deps: AuthDeps) => {
  const { db, providers, oidcLogins, seal, now } = deps;

  const secretAfter = (before: StoredProvider, secret: string | null | undefined): string | undefined => {
    if (secret === undefined) return before.sealedSecret;
    return secret === null ? undefined : seal.seal(Buffer.from(secret), before.id);
  };

  return route(ReplaceIdentityProvider, async ({ params, body, principal, record, log }) => {
    const { clientSecret, ...settings } = body;
    demandDestination(deps, settings);
    return db.tx(async (tx) => {
      const before = await providers.findForUpdate(tx, principal.tenantId, params.id);
      if (!before) throw notFound('auth.provider_not_found');
      await demandAllowed(deps, tx, principal, settings);
      const isElsewhere = settings.issuer !== before.issuer;
      // It was given for the old issuer: whoever may only point elsewhere must not have it sent there.
      if (isElsewhere && before.sealedSecret !== undefined && clientSecret === undefined) {
        throw unprocessable('auth.secret_required', 'another issuer needs the secret to be given again');
      }
      const sealedSecret = secretAfter(before, clientSecret);
      const provider = { ...before, ...settings, sealedSecret, updatedAt: now().toISOString() };
      await providers.save(tx, provider);
      if (isElsewhere || settings.clientId !== before.clientId) await oidcLogins.forgetOf(tx, provider.id);
      await record(tx);
      log.info({ provider: provider.slug, by: principal.subject }, 'identity provider changed');
      return toIdentityProvider(provider);
    });
  });
};
