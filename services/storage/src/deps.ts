import type { DbCluster } from '@soc/db-cluster';
import type { Outbox } from '@soc/messaging';
import type { Platform } from '@soc/service-kit';
import { createFileSystemObjectStore } from './adapters/file-system-object-store.ts';
import { createPostgresMetricStore } from './adapters/postgres-metric-repository.ts';
import { createPostgresSearchIndex } from './adapters/postgres-search-repository.ts';
import type { StorageConfig } from './config.ts';
import { createEvidenceRepository, type EvidenceRepository } from './evidence-repository.ts';
import type { MetricStore } from './ports/metric-store.ts';
import type { ObjectStore } from './ports/object-store.ts';
import type { SearchIndex } from './ports/search-index.ts';
import { createSavedSearchRepository, type SavedSearchRepository } from './saved-search-repository.ts';

export interface StorageDeps {
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly now: () => Date;
  readonly evidence: EvidenceRepository;
  readonly objectStore: ObjectStore;
  readonly maxObjectBytes: number;
  readonly searchIndex: SearchIndex;
  readonly savedSearches: SavedSearchRepository;
  readonly metrics: MetricStore;
}

export function createStorageDeps({ db, outbox, now, config }: Platform<StorageConfig>): StorageDeps {
  return {
    db,
    outbox,
    now,
    evidence: createEvidenceRepository(),
    objectStore: createFileSystemObjectStore({
      directory: config.EVIDENCE_DIR,
      minFreeBytes: config.EVIDENCE_MIN_FREE_BYTES,
      now,
    }),
    maxObjectBytes: config.EVIDENCE_MAX_BYTES,
    searchIndex: createPostgresSearchIndex(),
    savedSearches: createSavedSearchRepository(),
    metrics: createPostgresMetricStore(),
  };
}
