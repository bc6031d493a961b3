import { IncidentUpdated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';
import { incidentDocument, newestVersions } from '../domain/search-document.ts';

/** Makes the incident as it now stands searchable. The newest version stays, in whatever order they arrive. */
export const onIncidentUpdated = ({ searchIndex }: Pick<StorageDeps, 'searchIndex'>) =>
  batchSubscription(IncidentUpdated, async (items, { tx }) => {
    await searchIndex.save(newestVersions(items.map(({ payload }) => incidentDocument(payload.incident))), tx);
  });
