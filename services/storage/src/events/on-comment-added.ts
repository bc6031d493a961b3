import { CommentAdded } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';
import { commentDocument } from '../domain/attached-documents.ts';
import { newestVersions } from '../domain/search-document.ts';

/** Makes comments searchable. */
export const onCommentAdded = ({ searchIndex }: Pick<StorageDeps, 'searchIndex'>) =>
  batchSubscription(CommentAdded, async (items, { tx }) => {
    const documents = items.map(({ payload, event }) => commentDocument(event.tenantid, payload.comment));
    await searchIndex.save(newestVersions(documents), tx);
  });
