import { SearchFacets } from '@soc/contracts/storage/search';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { searched, searchScope } from './search-scope.ts';

const DEFAULT_VALUES = 10;

export const searchFacetsRoute = ({ db, searchIndex, now }: Pick<StorageDeps, 'db' | 'searchIndex' | 'now'>) =>
  route(SearchFacets, async ({ query, principal, consistencyToken, inTime }) => {
    const fields = [...new Set(query.fields)];
    const { counted, isComplete, values } = await searched(
      searchIndex.facets(
        { ...searchScope(query, principal.tenantId, now()), fields, limitValues: query.size ?? DEFAULT_VALUES },
        inTime(db.readYourWrites(consistencyToken)),
      ),
    );
    return { counted, isComplete, facets: fields.map((field) => ({ field, values: [...(values[field] ?? [])] })) };
  });
