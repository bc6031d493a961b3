import { DeleteIdentityProvider } from '@soc/contracts/auth/identity-providers';
import { notFound, route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const deleteIdentityProviderRoute = ({ db, providers }: Pick<AuthDeps, 'db' | 'providers'>) =>
  route(DeleteIdentityProvider, async ({ params, principal, record, log }) => {
    const isDeleted = await db.tx(async (tx) => {
      if (!(await providers.delete(tx, principal.tenantId, params.id))) return false;
      await record(tx);
      return true;
    });
    if (!isDeleted) throw notFound('auth.provider_not_found');
    log.info({ providerId: params.id, by: principal.subject }, 'identity provider deleted');
    return undefined;
  });
