import type { DbCluster } from '@soc/db-cluster';
import type { Outbox } from '@soc/messaging';
import type { Platform, Worker } from '@soc/service-kit';
import { type AlertFactsRepository, createAlertFactsRepository } from './alert-facts-repository.ts';
import { type AlertListRepository, createAlertListRepository } from './alert-list-repository.ts';
import { type AlertRepository, createAlertRepository } from './alert-repository.ts';
import { type AlertTriage, createAlertTriage } from './alert-triage.ts';
import { type ArrivalRepository, createArrivalRepository } from './arrival-repository.ts';
import { createBulkClaimRepository } from './bulk-claim-repository.ts';
import { type BulkOnce, createBulkOnce } from './bulk-once.ts';
import { type CandidateRepository, createCandidateRepository } from './candidate-repository.ts';
import { type CommentRepository, createCommentRepository } from './comment-repository.ts';
import type { AlertConfig } from './config.ts';
import { type Correlation, createCorrelation } from './correlation.ts';
import { createCorrelationDecision } from './correlation-decision.ts';
import { createDeduplicationRepository, type DeduplicationRepository } from './deduplication-repository.ts';
import { createDetectionDeps, type DetectionDeps } from './detection-deps.ts';
import { createFingerprintRepository } from './fingerprint-repository.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { createIdempotencyRepository } from './idempotency-repository.ts';
import { createIdentification } from './identify-arrivals.ts';
import { createIncidentReshaping, type IncidentReshaping } from './incident-reshaping.ts';
import { createIncidentRepository, type IncidentRepository } from './incident-repository.ts';
import { createIngest, type Ingest } from './ingest.ts';
import { createMappingRepository, type MappingRepository } from './mapping-repository.ts';
import { createMemberRepository, type MemberRepository } from './member-repository.ts';
import { createMoveRepository, type MoveRepository } from './move-repository.ts';
import { createPipelineMetrics, type PipelineMetrics } from './pipeline-metrics.ts';
import { createPruning } from './pruning.ts';
import { createSigmaCorrelationDeps, type SigmaCorrelationDeps } from './sigma-correlation-deps.ts';
import { createRiskIncidents } from './risk-incidents.ts';
import { createRiskRepository, type RiskRepository } from './risk-repository.ts';
import { createRawEvents } from './raw-events.ts';
import { createRemapRepository, type RemapRepository } from './remap-repository.ts';
import { createSuppressionRepository, type SuppressionRepository } from './suppression-repository.ts';
import { createSources, type Sources } from './sources.ts';
import { createSyslog } from './syslog/syslog-deps.ts';
import { createTimelineRepository, type TimelineRepository } from './timeline-repository.ts';

export interface AlertDeps extends SigmaCorrelationDeps, DetectionDeps {
  readonly db: DbCluster;
  readonly outbox: Outbox;
  readonly now: () => Date;
  readonly alerts: AlertRepository;
  readonly alertFacts: AlertFactsRepository;
  readonly alertLists: AlertListRepository;
  readonly arrivals: ArrivalRepository;
  readonly candidates: CandidateRepository;
  readonly comments: CommentRepository;
  readonly incidents: IncidentRepository;
  readonly mappings: MappingRepository;
  readonly members: MemberRepository;
  readonly moves: MoveRepository;
  readonly risks: RiskRepository;
  /** Assets beyond which an entity is a hub. */
  readonly hubAssets: number;
  readonly deduplication: DeduplicationRepository;
  readonly suppressions: SuppressionRepository;
  readonly remaps: RemapRepository;
  readonly sources: Sources;
  /** How far clocks of syslog senders that name no zone are ahead of UTC, in webhooks too. */
  readonly offsetMinutes: number;
  readonly timeline: TimelineRepository;
  readonly idempotency: Idempotency;
  readonly ingest: Ingest;
  readonly bulkOnce: BulkOnce;
  readonly triage: AlertTriage;
  readonly correlation: Correlation;
  readonly pipeline: PipelineMetrics;
  readonly reshaping: IncidentReshaping;
  readonly pruning: Worker;
  readonly syslog: Worker;
}

/** Assets beyond which a shared address or account is a hub: a department's file server is below it, a proxy above. */
const HUB_ASSETS = 20;

export function createAlertDeps({ db, outbox, now, log, config, registry }: Platform<AlertConfig>): AlertDeps {
  const alerts = createAlertRepository();
  const arrivals = createArrivalRepository();
  const bulkClaims = createBulkClaimRepository();
  const candidates = createCandidateRepository();
  const fingerprints = createFingerprintRepository();
  const idempotencyKeys = createIdempotencyRepository();
  const incidents = createIncidentRepository();
  const members = createMemberRepository();
  const moves = createMoveRepository();
  const risks = createRiskRepository();
  const deduplication = createDeduplicationRepository();
  const suppressions = createSuppressionRepository();
  const timeline = createTimelineRepository();
  const idempotency = createIdempotency({ repository: idempotencyKeys, now });
  const settings = {
    windowMs: config.CORRELATION_WINDOW_S * 1_000,
    maxSpanMs: config.CORRELATION_MAX_SPAN_S * 1_000,
    hubAssets: HUB_ASSETS,
  };
  const decide = createCorrelationDecision({ candidates, incidents, settings });
  const threshold = config.RISK_INCIDENT_THRESHOLD;
  const openByRisk = createRiskIncidents({ ...settings, risks, candidates, threshold });
  const dedupWindowS = config.DEDUP_WINDOW_S;
  const identify = createIdentification({ dedupWindowS, fingerprints, deduplication, suppressions });
  const mappings = createMappingRepository();
  const sources = createSources();
  const rawEvents = createRawEvents({ outbox, now, search: config.SEARCH_RAW_EVENTS });
  const pipeline = createPipelineMetrics(registry);
  const ingest = pipeline.counted(
    createIngest({
      db,
      outbox,
      now,
      identify,
      deduplication,
      alerts,
      arrivals,
      fingerprints,
      suppressions,
      timeline,
      idempotency,
      rawEvents,
    }),
  );
  const windows = createSigmaCorrelationDeps({ db, now, log, config, registry, ingest, timeline });
  const detection = createDetectionDeps({ db, outbox, now, log, config, ingest, windows, rawEvents, pipeline });
  const { eventIntake } = detection;
  return {
    db,
    outbox,
    now,
    alerts,
    alertFacts: createAlertFactsRepository(),
    alertLists: createAlertListRepository(),
    arrivals,
    candidates,
    comments: createCommentRepository(),
    incidents,
    mappings,
    members,
    moves,
    risks,
    hubAssets: HUB_ASSETS,
    deduplication,
    suppressions,
    remaps: createRemapRepository(),
    sources,
    offsetMinutes: config.SYSLOG_UTC_OFFSET_MINUTES,
    timeline,
    idempotency,
    ingest,
    bulkOnce: createBulkOnce({ db, idempotency, claims: bulkClaims, log }),
    triage: createAlertTriage({ db, outbox, now, alerts, timeline }),
    pipeline,
    correlation: createCorrelation({ decide, openByRisk, incidents, members, moves, timeline, now }),
    reshaping: createIncidentReshaping({ outbox, alerts, incidents, members }),
    pruning: createPruning({
      db,
      arrivals,
      risks,
      moves,
      fingerprints,
      deduplication,
      idempotencyKeys,
      bulkClaims,
      ...windows,
      now,
      log,
    }),
    ...windows,
    ...detection,
    syslog: createSyslog({ db, ingest, mappings, sources, eventIntake, registry, now, log, config }),
  };
}
