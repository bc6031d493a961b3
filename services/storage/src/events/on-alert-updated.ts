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
      await searchIndex.save(newestVersions(items.map(({ payload }) => alertDocument(payload.alert))), tx);
    },
    { batchSize: 500, concerns: ({ changed }) => concernsSearch(changed) },
  );
