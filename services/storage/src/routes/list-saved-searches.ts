import { DEFAULT_PAGE_LIMIT, Timestamp, Uuid } from '@soc/contracts';
import { ListSavedSearches } from '@soc/contracts/storage/saved-searches';
import { decodeCursor, pageOf, route } from '@soc/service-kit';
import { z } from 'zod';
import type { StorageDeps } from '../deps.ts';

const Position = z.tuple([Timestamp, Uuid]);

export const listSavedSearchesRoute = ({ db, savedSearches }: Pick<StorageDeps, 'db' | 'savedSearches'>) =>
  route(ListSavedSearches, async ({ query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const position = decodeCursor(Position, cursor);
    const rows = await savedSearches.list(db.readYourWrites(consistencyToken), principal, {
      after: position && { createdAt: position[0], id: position[1] },
      limitRows: limit + 1,
    });
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
  });
