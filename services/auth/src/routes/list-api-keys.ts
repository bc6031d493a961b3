import { DEFAULT_PAGE_LIMIT, Uuid } from '@soc/contracts';
import { ListApiKeys } from '@soc/contracts/auth/api-keys';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { AuthDeps } from '../deps.ts';

const Position = z.tuple([Uuid]);

export const listApiKeysRoute = ({ db, apiKeys }: Pick<AuthDeps, 'db' | 'apiKeys'>) =>
  route(ListApiKeys, async ({ query, principal, consistencyToken }) => {
    const limit = query.limit ?? DEFAULT_PAGE_LIMIT;
    const keys = await apiKeys.list(db.readYourWrites(consistencyToken), principal.tenantId, {
      after: decodeCursor(Position, query.cursor)?.[0],
      limitRows: limit + 1,
    });
    return pageOf(keys, limit, ({ id }) => [id]);
  });
