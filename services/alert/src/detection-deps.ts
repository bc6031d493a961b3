import type { Tx } from '@soc/db-cluster';
import type { Platform, Worker } from '@soc/service-kit';
import type { AlertConfig } from './config.ts';
import { createDetections } from './detection/detections.ts';
import { createRuleReader } from './detection/rule-reader.ts';
import { createEventBlockRepository } from './event-block-repository.ts';
import { createEventIntake, type EventIntake } from './event-intake.ts';
import { createEventPruning } from './event-pruning.ts';
import type { Ingest } from './ingest.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { RawEvents } from './raw-events.ts';
import { createRuleChange } from './rule-change.ts';
import { createRuleImport, type RuleImport } from './rule-import.ts';
import { createRuleRefresh } from './rule-refresh.ts';
import { createRuleRemoval, type RuleRemoval } from './rule-removal.ts';
import { createRuleRepository, type RuleRepository } from './rule-repository.ts';
import { createRuleRereading } from './rule-rereading.ts';
import { createRuleSetRepository, type RuleSetRepository } from './rule-set-repository.ts';
import { createRuleSwitch, type RuleSwitch } from './rule-switch.ts';
import type { RulesAtWork } from './sigma-correlation.ts';
import type { SigmaCorrelationDeps } from './sigma-correlation-deps.ts';
import { createWindowSettling } from './window-settling.ts';
import { createRuleTrials, type RuleTrials } from './rule-trials.ts';

/** Sigma rules, and the events that go through them. */
export interface DetectionDeps {
  readonly rules: RuleRepository;
  readonly ruleSets: RuleSetRepository;
  readonly ruleImport: RuleImport;
  readonly ruleRemoval: RuleRemoval;
  readonly ruleSwitch: RuleSwitch;
  readonly ruleTrials: RuleTrials;
  readonly eventIntake: EventIntake;
  readonly detectionWorkers: readonly Worker[];
}

const DAY_MS = 86_400_000;

export function createDetectionDeps({
  db,
  now,
  log,
  config,
  ingest,
  windows,
  outbox,
  rawEvents,
  pipeline,
}: Pick<Platform<AlertConfig>, 'db' | 'outbox' | 'now' | 'log' | 'config'> & {
  readonly ingest: Ingest;
  readonly windows: SigmaCorrelationDeps;
  readonly rawEvents: RawEvents;
  readonly pipeline: PipelineMetrics;
}): DetectionDeps {
  const rules = createRuleRepository();
  const ruleSets = createRuleSetRepository();
  const blocks = createEventBlockRepository();
  const latenessMs = config.SIGMA_LATENESS_S * 1_000;
  const read = createRuleReader();
  const change = createRuleChange({ db, ruleSets });
  const rereading = createRuleRereading({ now, rules, ruleSets, read });
  const detections = createDetections({
    // With a reader of its own: events wait for it, which is not to be behind what somebody imports.
    refresh: createRuleRefresh({
      change,
      rereading: createRuleRereading({ now, rules, ruleSets, read: createRuleReader() }),
    }),
    db,
    ruleSets,
    windows: { latenessMs, maxEntries: config.SIGMA_WINDOW_EVENTS },
    log,
  });
  const { sigmaCorrelation: correlation, eventSources } = windows;
  const { correlateMatches } = correlation;
  const rulesOf = async (tenantId: string): Promise<RulesAtWork> => {
    const { detection, version } = await detections.setOf(tenantId);
    const areCurrent = async (tx: Tx): Promise<boolean> => (await ruleSets.version(tx, tenantId)) === version;
    return { correlations: await detection.correlations, areCurrent };
  };
  const settling = createWindowSettling({ db, correlation, rulesOf, ingest, now, log, latenessMs });
  const keepMs = config.EVENTS_KEEP_DAYS * DAY_MS;
  const keepBytes = config.EVENTS_KEEP_MB === 0 ? undefined : config.EVENTS_KEEP_MB * 1_000_000;
  return {
    rules,
    ruleSets,
    ruleImport: createRuleImport({ now, rules, ruleSets, change, read }),
    ruleRemoval: createRuleRemoval({ rules, ruleSets, change, rereading }),
    ruleSwitch: createRuleSwitch({ now, rules, change, rereading }),
    ruleTrials: createRuleTrials({ ruleSets, blocks, dedupWindowMs: config.DEDUP_WINDOW_S * 1_000 }),
    eventIntake: createEventIntake({
      db,
      log,
      now,
      detections,
      blocks,
      ingest,
      correlateMatches,
      eventSources,
      keepsEvents: keepMs > 0,
      outbox,
      rawEvents,
      pipeline,
    }),
    detectionWorkers: [
      detections,
      settling,
      eventSources,
      createEventPruning({ db, blocks, now, log, keepMs, keepBytes }),
    ],
  };
}
