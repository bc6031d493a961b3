import { Counter } from '@soc/monitoring';
import type { Platform } from '@soc/service-kit';
import type { AlertConfig } from './config.ts';
import {
  createCorrelationWindowRepository,
  type CorrelationWindowRepository,
} from './correlation-window-repository.ts';
import { createEventSourceRepository, type EventSourceRepository } from './event-source-repository.ts';
import { createEventSources, type EventSources } from './event-sources.ts';
import type { Ingest } from './ingest.ts';
import { type CorrelationResult, createSigmaCorrelation, type SigmaCorrelation } from './sigma-correlation.ts';
import type { TimelineRepository } from './timeline-repository.ts';

/** Windows of Sigma correlations, and who sends events. */
export interface SigmaCorrelationDeps {
  readonly correlationWindows: CorrelationWindowRepository;
  readonly eventSourceRows: EventSourceRepository;
  readonly sigmaCorrelation: SigmaCorrelation;
  readonly eventSources: EventSources;
}

type Needs = Pick<Platform<AlertConfig>, 'db' | 'now' | 'log' | 'config' | 'registry'> & {
  readonly ingest: Pick<Ingest, 'within'>;
  readonly timeline: TimelineRepository;
};

export function createSigmaCorrelationDeps({
  db,
  now,
  log,
  config,
  registry,
  ingest,
  timeline,
}: Needs): SigmaCorrelationDeps {
  const correlationWindows = createCorrelationWindowRepository();
  const eventSourceRows = createEventSourceRepository();
  return {
    correlationWindows,
    eventSourceRows,
    sigmaCorrelation: createSigmaCorrelation({
      windows: correlationWindows,
      now,
      latenessMs: config.SIGMA_LATENESS_S * 1_000,
      tell: createTelling(registry, log),
    }),
    eventSources: createEventSources({
      db,
      sources: eventSourceRows,
      ingest,
      timeline,
      now,
      log,
      silentMs: config.SILENT_SOURCE_S * 1_000,
    }),
  };
}

/** Counts what correlations did, and tells of events that they could not take into account. */
function createTelling(registry: Platform<AlertConfig>['registry'], log: Platform<AlertConfig>['log']) {
  const registers = [registry];
  const firings = new Counter({
    name: 'soc_correlation_firings_total',
    help: 'Sigma correlations that came true.',
    registers,
  });
  const late = new Counter({
    name: 'soc_correlation_late_events_total',
    help: 'Events that came too late to be counted by a Sigma correlation.',
    registers,
  });
  const dropped = new Counter({
    name: 'soc_correlation_dropped_events_total',
    help: 'Events that a Sigma correlation forgot because its window was full.',
    registers,
  });
  return (result: CorrelationResult): void => {
    firings.inc(result.firings.length);
    late.inc(result.late);
    dropped.inc(result.dropped);
    const missing = { late: result.late, dropped: result.dropped };
    if (result.late + result.dropped > 0) log.warn(missing, 'events not counted by correlations');
  };
}
