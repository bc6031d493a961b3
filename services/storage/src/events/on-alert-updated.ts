import { AlertUpdated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';
import { alertDocument, concernsSearch, newestVersions } from '../domain/search-document.ts';

/**
 * Keeps alerts as they are found up to date. Most changes (a score, a reputation, another occurrence) are not searched
 * and cost nothing; a later one that is brings the whole alert anyway.
 */
export const onAlertUpdated = ({ searchIndex }: Pick<StorageDeps, 'searchIndex'>) =>
  batchSubscription(
    AlertUpdated,
    async (items, { tx }) => {
      const documents = items.flatMap(({ payload }) =>
        concernsSearch(payload.changed) ? [alertDocument(payload.alert)] : [],
      );
      await searchIndex.save(newestVersions(documents), tx);
    },
    { batchSize: 500 },
  );
