import { ReplaceSavedSearch } from '@soc/contracts/storage/saved-searches';
import { notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { refuseTakenName } from './refuse-taken-name.ts';
import { queryOf } from './search-scope.ts';

export const replaceSavedSearchRoute = ({
  db,
  now,
  savedSearches,
}: Pick<StorageDeps, 'db' | 'now' | 'savedSearches'>) =>
  route(ReplaceSavedSearch, ({ params, body, principal, record }) => {
    queryOf(body.q, now(), 'body.q');
    return refuseTakenName(() =>
      db.tx(async (tx) => {
        const current = await savedSearches.findForUpdate(tx, principal, params.id);
        if (!current) throw notFound('storage.saved_search_not_found');
        const search = { ...current, ...body, updatedAt: now().toISOString() };
        await savedSearches.update(tx, search);
        await record(tx, { targetId: search.id });
        return search;
      }),
    );
  });
