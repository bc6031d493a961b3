import { AlertCreated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';
import { alertDocument, newestVersions } from '../domain/search-document.ts';

/** Makes new alerts searchable: one statement for the whole batch. */
export const onAlertCreated = ({ searchIndex }: Pick<StorageDeps, 'searchIndex'>) =>
  batchSubscription(
    AlertCreated,
    async (items, { tx }) => {
      await searchIndex.save(newestVersions(items.map(({ payload }) => alertDocument(payload.alert))), tx);
    },
    { batchSize: 500 },
  );
