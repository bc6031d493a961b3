import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListIdentityProviders } from '@soc/contracts/auth/identity-providers';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AuthDeps } from '../deps.ts';
import { toIdentityProvider } from '../oidc/change-provider.ts';

const Position = z.tuple([Uuid]);

export const listIdentityProvidersRoute = ({ db, providers }: Pick<AuthDeps, 'db' | 'providers'>) =>
  route(ListIdentityProviders, async ({ query, principal, consistencyToken }) => {
    const limit = query.limit ?? DEFAULT_PAGE_LIMIT;
    const found = await providers.list(db.readYourWrites(consistencyToken), principal.tenantId, {
      after: decodeCursor(Position, query.cursor)?.[0],
      limitRows: limit + 1,
    });
    return pageOf(found.map(toIdentityProvider), limit, ({ id }) => [id]);
  });
