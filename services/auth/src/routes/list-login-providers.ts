import { ListLoginProviders } from '@soc/contracts/auth/oidc';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const listLoginProvidersRoute = ({ db, providers }: Pick<AuthDeps, 'db' | 'providers'>) =>
  route(ListLoginProviders, async ({ consistencyToken }) => ({
    items: await providers.listListed(db.readYourWrites(consistencyToken)),
  }));
