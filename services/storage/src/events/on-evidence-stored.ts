import { EvidenceStored } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';
import { evidenceDocument } from '../domain/attached-documents.ts';
import { newestVersions } from '../domain/search-document.ts';

/** Makes what is known of evidence searchable: by its name, its hash, and what it belongs to. */
export const onEvidenceStored = ({ searchIndex }: Pick<StorageDeps, 'searchIndex'>) =>
  batchSubscription(EvidenceStored, async (items, { tx }) => {
    const documents = items.map(({ payload, event }) => evidenceDocument(event.tenantid, payload));
    await searchIndex.save(newestVersions(documents), tx);
  });
