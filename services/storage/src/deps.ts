import type { DbCluster } from '@soc/db-cluster';
import type { Outbox } from '@soc/messaging';
import type { Platform } from '@soc/service-kit';
import { chooseSearchIndex, type ChosenSearchIndex } from './adapters/choose-search-index.ts';
import { createObjectStore } from './adapters/create-object-store.ts';
import type { StorageConfig } from './config.ts';
import { type CustodyKeys, readCustodyKeys } from './custody/custody-keys.ts';
import type { EvidencePolicy } from './domain/evidence-policy.ts';
import { createEvidenceRepository, type EvidenceRepository } from './evidence-repository.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { ObjectStore } from './ports/object-store.ts';
import type { SearchIndex } from './ports/search-index.ts';
import { createSavedSearchRepository, type SavedSearchRepository } from './saved-search-repository.ts';
import { createUploadRepository, type UploadRepository } from './upload-repository.ts';

export interface StorageDeps {
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly now: () => Date;
  readonly evidence: EvidenceRepository;
  readonly custodyKeys: CustodyKeys;
  readonly maxExportObjects: number;
  readonly retentionEveryS: number;
  readonly objectStore: ObjectStore;
  readonly maxObjectBytes: number;
  readonly uploads: UploadRepository;
  readonly evidencePolicy: EvidencePolicy;
  readonly searchIndex: SearchIndex;
  readonly savedSearches: SavedSearchRepository;
  readonly metrics: Metrics;
  /** What runs and is watched for the search, where that is a server of its own. */
  readonly search: Pick<ChosenSearchIndex, 'workers' | 'checks'>;
}

export async function createStorageDeps(platform: Platform<StorageConfig>): Promise<StorageDeps> {
  const { db, outbox, now, config, log } = platform;
  const custodyKeys = await readCustodyKeys(config.CUSTODY_SIGNING_KEY_FILE);
  const search = chooseSearchIndex(platform);
  return {
    db,
    outbox,
    now,
    evidence: createEvidenceRepository({ privateKey: custodyKeys.privateKey, log }),
    custodyKeys,
    maxExportObjects: config.CUSTODY_EXPORT_MAX_OBJECTS,
    retentionEveryS: config.RETENTION_EVERY_S,
    objectStore: await createObjectStore(config, { now, log }),
    maxObjectBytes: config.EVIDENCE_MAX_BYTES,
    uploads: createUploadRepository(),
    evidencePolicy: {
      refusedTypes: config.EVIDENCE_REFUSED_TYPES,
      quarantineWarnings: config.EVIDENCE_QUARANTINE_WARNINGS,
    },
    searchIndex: search.index,
    search,
    savedSearches: createSavedSearchRepository(),
    metrics: createMetrics(platform),
  };
}
