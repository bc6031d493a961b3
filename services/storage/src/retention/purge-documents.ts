import type { RetentionKind } from '@soc/contracts/storage/retention';
import type { Queryable } from '@soc/db-cluster';
import type { StorageDeps } from '../deps.ts';

interface Purge {
  readonly tenantId: string;
  readonly kind: RetentionKind;
  readonly before: string;
  readonly dryRun: boolean;
}

/** Removes, or counts, what is no evidence: documents of the search, or measured values. */
export function purgeDocuments(
  { searchIndex, metrics }: Pick<StorageDeps, 'searchIndex' | 'metrics'>,
  { kind, ...purge }: Purge,
  write: Queryable,
): Promise<{ readonly count: number }> {
  return kind === 'metric' ? metrics.store.purge(purge, write) : searchIndex.purge({ ...purge, kind }, write);
}
