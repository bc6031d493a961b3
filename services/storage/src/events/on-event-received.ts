import { EventReceived } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';
import { rawEventDocument } from '../domain/attached-documents.ts';
import { newestVersions } from '../domain/search-document.ts';

/** Makes raw events searchable. A message holds up to a hundred of them, so few are taken at a time. */
export const onEventReceived = ({ searchIndex }: Pick<StorageDeps, 'searchIndex'>) =>
  batchSubscription(
    EventReceived,
    async (items, { tx }) => {
      const documents = items.flatMap(({ payload, event }) =>
        payload.items.map((item) => rawEventDocument(event.tenantid, { ...item, receivedAt: payload.receivedAt })),
      );
      await searchIndex.save(newestVersions(documents), tx);
    },
    { batchSize: 20 },
  );
