import { DeleteSavedSearch } from '@soc/contracts/storage/saved-searches';
import { notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

export const deleteSavedSearchRoute = ({ db, savedSearches }: Pick<StorageDeps, 'db' | 'savedSearches'>) =>
  route(DeleteSavedSearch, ({ params, principal, record }) =>
    db.tx(async (tx) => {
      const isDeleted = await savedSearches.delete(tx, principal, params.id);
      if (!isDeleted) throw notFound('storage.saved_search_not_found');
      await record(tx, { targetId: params.id });
      return undefined;
    }),
  );
