import { CreateSavedSearch, MAX_SAVED_SEARCHES, type SavedSearch } from '@soc/contracts/storage/saved-searches';
import { route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { refuseTakenName } from './refuse-taken-name.ts';
import { queryOf } from './search-scope.ts';

export const createSavedSearchRoute = ({ db, now, savedSearches }: Pick<StorageDeps, 'db' | 'now' | 'savedSearches'>) =>
  route(CreateSavedSearch, async ({ body, principal, record }) => {
    queryOf(body.q, now(), 'body.q');
    const at = now().toISOString();
    const search: SavedSearch = {
      ...body,
      id: uuidv7(now().getTime()),
      tenantId: principal.tenantId,
      owner: { id: principal.subject, name: principal.name },
      createdAt: at,
      updatedAt: at,
    };
    await refuseTakenName(() =>
      db.tx(async (tx) => {
        // Two at once may both find room: the bound is against heaps, and one more is none.
        if ((await savedSearches.count(tx, principal)) >= MAX_SAVED_SEARCHES) {
          throw unprocessable('storage.too_many_saved_searches', `nobody may have more than ${MAX_SAVED_SEARCHES}`);
        }
        await savedSearches.insert(tx, search);
        await record(tx, { targetId: search.id });
      }),
    );
    return search;
  });
