import { GetSavedSearch } from '@soc/contracts/storage/saved-searches';
import { notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

export const getSavedSearchRoute = ({ db, savedSearches }: Pick<StorageDeps, 'db' | 'savedSearches'>) =>
  route(GetSavedSearch, async ({ params, principal, consistencyToken }) => {
    const search = await savedSearches.find(db.readYourWrites(consistencyToken), principal, params.id);
    if (!search) throw notFound('storage.saved_search_not_found');
    return search;
  });
