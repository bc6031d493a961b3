import { defineService } from '@soc/service-kit';
import { AlertConfig } from './config.ts';
import { type AlertDeps, createAlertDeps } from './deps.ts';
import { onAnalysisCompleted } from './events/on-analysis-completed.ts';
import { onEnrichmentCompleted } from './events/on-enrichment-completed.ts';
import { onEvidenceStored } from './events/on-evidence-stored.ts';
import { onResponseCompleted } from './events/on-response-completed.ts';
import { addCommentRoute } from './routes/add-comment.ts';
import { backtestRuleRoute } from './routes/backtest-rule.ts';
import { bulkAlertsRoute } from './routes/bulk-alerts.ts';
import { createAlertRoute } from './routes/create-alert.ts';
import { deleteMappingRoute } from './routes/delete-mapping.ts';
import { deleteRuleRoute } from './routes/delete-rule.ts';
import { getAlertRoute } from './routes/get-alert.ts';
import { getAlertAsEcsRoute, getAlertAsOcsfRoute } from './routes/get-alert-views.ts';
import { getAlertTimelineRoute } from './routes/get-alert-timeline.ts';
import { getIncidentRoute } from './routes/get-incident.ts';
import { getIncidentGraphRoute } from './routes/get-incident-graph.ts';
import { getIncidentTimelineRoute } from './routes/get-incident-timeline.ts';
import { getMappingRoute } from './routes/get-mapping.ts';
import { getRawPayloadRoute } from './routes/get-raw-payload.ts';
import { getRuleRoute } from './routes/get-rule.ts';
import { giveVerdictRoute } from './routes/give-verdict.ts';
import { importRulesRoute } from './routes/import-rules.ts';
import { ingestEventsRoute } from './routes/ingest-events.ts';
import { listAlertsRoute } from './routes/list-alerts.ts';
import { listCommentsRoute } from './routes/list-comments.ts';
import { listIncidentAlertsRoute } from './routes/list-incident-alerts.ts';
import { listIncidentsRoute } from './routes/list-incidents.ts';
import { listMappingsRoute } from './routes/list-mappings.ts';
import { listRulesRoute } from './routes/list-rules.ts';
import { listRuleVersionsRoute } from './routes/list-rule-versions.ts';
import { mergeIncidentsRoute } from './routes/merge-incidents.ts';
import { putMappingRoute } from './routes/put-mapping.ts';
import { receiveWebhookRoute } from './routes/receive-webhook.ts';
import { remapAlertsRoute } from './routes/remap-alerts.ts';
import { requestResponseRoute } from './routes/request-response.ts';
import { disableRuleRoute, enableRuleRoute } from './routes/set-rule-enabled.ts';
import { disableRulesRoute, enableRulesRoute } from './routes/set-rules-enabled.ts';
import { splitIncidentRoute } from './routes/split-incident.ts';
import { createSuppressionRoute } from './routes/create-suppression.ts';
import { endSuppressionRoute } from './routes/end-suppression.ts';
import { getSuppressionRoute } from './routes/get-suppression.ts';
import { listSuppressionsRoute } from './routes/list-suppressions.ts';
import { previewSuppressionRoute } from './routes/preview-suppression.ts';
import { updateSuppressionRoute } from './routes/update-suppression.ts';
import { deleteDeduplicationRoute } from './routes/delete-deduplication.ts';
import { getDeduplicationRoute } from './routes/get-deduplication.ts';
import { listDeduplicationRoute } from './routes/list-deduplication.ts';
import { putDeduplicationRoute } from './routes/put-deduplication.ts';
import { undoReshapingRoute } from './routes/undo-reshaping.ts';
import { testRuleRoute } from './routes/test-rule.ts';
import { listEntityRisksRoute } from './routes/list-entity-risks.ts';
import { updateAlertRoute } from './routes/update-alert.ts';
import { updateIncidentRoute } from './routes/update-incident.ts';

export const alertService = defineService({
  name: 'alert',
  config: AlertConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: (platform) => {
    const deps = createAlertDeps(platform);
    return {
      routes: [...alertRoutes(deps), ...ruleRoutes(deps), ...incidentRoutes(deps)],
      subscriptions: [
        onAnalysisCompleted(deps),
        onEnrichmentCompleted(deps),
        onEvidenceStored(deps),
        onResponseCompleted(deps),
      ],
      workers: [deps.pruning, deps.syslog, ...deps.detectionWorkers],
    };
  },
});

const alertRoutes = (deps: AlertDeps) => [
  createAlertRoute(deps),
  bulkAlertsRoute(deps),
  receiveWebhookRoute(deps),
  listMappingsRoute(deps),
  getMappingRoute(deps),
  putMappingRoute(deps),
  deleteMappingRoute(deps),
  remapAlertsRoute(deps),
  listDeduplicationRoute(deps),
  getDeduplicationRoute(deps),
  putDeduplicationRoute(deps),
  deleteDeduplicationRoute(deps),
  listSuppressionsRoute(deps),
  createSuppressionRoute(deps),
  previewSuppressionRoute(deps),
  getSuppressionRoute(deps),
  updateSuppressionRoute(deps),
  endSuppressionRoute(deps),
  listAlertsRoute(deps),
  getAlertRoute(deps),
  getRawPayloadRoute(deps),
  getAlertAsOcsfRoute(deps),
  getAlertAsEcsRoute(deps),
  updateAlertRoute(deps),
  giveVerdictRoute(deps),
  getAlertTimelineRoute(deps),
  listCommentsRoute(deps),
  addCommentRoute(deps),
];

const ruleRoutes = (deps: AlertDeps) => [
  ingestEventsRoute(deps),
  importRulesRoute(deps),
  listRulesRoute(deps),
  getRuleRoute(deps),
  listRuleVersionsRoute(deps),
  enableRuleRoute(deps),
  disableRuleRoute(deps),
  enableRulesRoute(deps),
  disableRulesRoute(deps),
  deleteRuleRoute(deps),
  testRuleRoute(deps),
  backtestRuleRoute(deps),
];

const incidentRoutes = (deps: AlertDeps) => [
  listIncidentsRoute(deps),
  listEntityRisksRoute(deps),
  getIncidentRoute(deps),
  updateIncidentRoute(deps),
  listIncidentAlertsRoute(deps),
  getIncidentTimelineRoute(deps),
  getIncidentGraphRoute(deps),
  requestResponseRoute(deps),
  mergeIncidentsRoute(deps),
  splitIncidentRoute(deps),
  undoReshapingRoute(deps),
];
