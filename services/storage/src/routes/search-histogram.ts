import { SearchHistogram } from '@soc/contracts/storage/search';
import { route, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { checkMetricRange } from '../domain/metric-range.ts';
import { searched, searchScope } from './search-scope.ts';

export const searchHistogramRoute = ({ db, searchIndex, now }: Pick<StorageDeps, 'db' | 'searchIndex' | 'now'>) =>
  route(SearchHistogram, async ({ query, principal, consistencyToken, inTime }) => {
    const { from, to, step } = query;
    const range = checkMetricRange({ from, to, stepS: step });
    if (!range.ok) throw unprocessable(`storage.${range.refusal}`);
    const { counted, isComplete, steps } = await searched(
      searchIndex.histogram(
        { ...searchScope(query, principal.tenantId, now()), stepS: step },
        inTime(db.readYourWrites(consistencyToken)),
      ),
    );
    return { counted, isComplete, stepS: step, items: [...steps] };
  });
