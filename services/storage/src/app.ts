import { defineService } from '@soc/service-kit';
import { StorageConfig } from './config.ts';
import { createStorageDeps } from './deps.ts';
import { createEvidenceSweeper } from './evidence-sweeper.ts';
import { onAlertCreated } from './events/on-alert-created.ts';
import { onAlertUpdated } from './events/on-alert-updated.ts';
import { onCommentAdded } from './events/on-comment-added.ts';
import { onEventReceived } from './events/on-event-received.ts';
import { onEvidenceStored } from './events/on-evidence-stored.ts';
import { onIncidentCreated } from './events/on-incident-created.ts';
import { onIncidentUpdated } from './events/on-incident-updated.ts';
import { onMetricRecorded } from './events/on-metric-recorded.ts';
import { abortUploadRoute } from './routes/abort-upload.ts';
import { clearObjectRoute } from './routes/clear-object.ts';
import { completeUploadRoute } from './routes/complete-upload.ts';
import { downloadObjectRoute } from './routes/download-object.ts';
import { deleteRetentionRoute } from './routes/delete-retention.ts';
import { listPurgesRoute } from './routes/list-purges.ts';
import { listRetentionRoute } from './routes/list-retention.ts';
import { previewRetentionRoute } from './routes/preview-retention.ts';
import { putRetentionRoute } from './routes/put-retention.ts';
import { createRetentionWorker } from './retention/retention-worker.ts';
import { exportCustodyRoute } from './routes/export-custody.ts';
import { getObjectRoute } from './routes/get-object.ts';
import { getUploadRoute } from './routes/get-upload.ts';
import { holdObjectRoute } from './routes/hold-object.ts';
import { issueObjectUrlRoute } from './routes/issue-object-url.ts';
import { listCustodyKeysRoute } from './routes/list-custody-keys.ts';
import { listCustodyRoute } from './routes/list-custody.ts';
import { listObjectsRoute } from './routes/list-objects.ts';
import { putUploadPartRoute } from './routes/put-upload-part.ts';
import { quarantineObjectRoute } from './routes/quarantine-object.ts';
import { queryMetricRoute } from './routes/query-metric.ts';
import { createSavedSearchRoute } from './routes/create-saved-search.ts';
import { deleteSavedSearchRoute } from './routes/delete-saved-search.ts';
import { getSavedSearchRoute } from './routes/get-saved-search.ts';
import { listSavedSearchesRoute } from './routes/list-saved-searches.ts';
import { releaseObjectRoute } from './routes/release-object.ts';
import { replaceSavedSearchRoute } from './routes/replace-saved-search.ts';
import { searchFacetsRoute } from './routes/search-facets.ts';
import { searchHistogramRoute } from './routes/search-histogram.ts';
import { searchRoute } from './routes/search.ts';
import { startUploadRoute } from './routes/start-upload.ts';
import { storeObjectRoute } from './routes/store-object.ts';
import { verifyObjectRoute } from './routes/verify-object.ts';

export const storageService = defineService({
  name: 'storage',
  config: StorageConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: async (platform) => {
    const deps = await createStorageDeps(platform);
    return {
      routes: [
        storeObjectRoute(deps),
        listObjectsRoute(deps),
        getObjectRoute(deps),
        downloadObjectRoute(deps),
        verifyObjectRoute(deps),
        holdObjectRoute(deps),
        quarantineObjectRoute(deps),
        releaseObjectRoute(deps),
        clearObjectRoute(deps),
        issueObjectUrlRoute(deps),
        startUploadRoute(deps),
        getUploadRoute(deps),
        putUploadPartRoute(deps),
        completeUploadRoute(deps),
        abortUploadRoute(deps),
        listCustodyRoute(deps),
        listCustodyKeysRoute(deps),
        exportCustodyRoute(deps),
        listRetentionRoute(deps),
        listPurgesRoute(deps),
        putRetentionRoute(deps),
        deleteRetentionRoute(deps),
        previewRetentionRoute(deps),
        searchRoute(deps),
        searchFacetsRoute(deps),
        searchHistogramRoute(deps),
        listSavedSearchesRoute(deps),
        createSavedSearchRoute(deps),
        getSavedSearchRoute(deps),
        replaceSavedSearchRoute(deps),
        deleteSavedSearchRoute(deps),
        queryMetricRoute(deps),
      ],
      subscriptions: [
        onAlertCreated(deps),
        onAlertUpdated(deps),
        onIncidentCreated(deps),
        onIncidentUpdated(deps),
        onCommentAdded(deps),
        onEventReceived(deps),
        onEvidenceStored(deps),
        onMetricRecorded(deps),
      ],
      workers: [
        createEvidenceSweeper({ ...deps, log: platform.log }),
        ...deps.metrics.workers,
        ...deps.search.workers,
        createRetentionWorker({ ...deps, audit: platform.audit, log: platform.log, registry: platform.registry }),
      ],
      checks: {
        objects: { critical: false, run: deps.objectStore.check },
        ...deps.metrics.checks,
        ...deps.search.checks,
      },
    };
  },
});
