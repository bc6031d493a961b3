import type { Platform, Worker } from '@soc/service-kit';
import type { AlertConfig } from '../config.ts';
import type { EventIntake } from '../event-intake.ts';
import type { Ingest } from '../ingest.ts';
import type { MappingRepository } from '../mapping-repository.ts';
import type { Sources } from '../sources.ts';
import { createSyslogDetection } from './syslog-detection.ts';
import { createSyslogIntake } from './syslog-intake.ts';
import { createSyslogMetrics } from './syslog-metrics.ts';
import { createSyslogWorker } from './syslog-worker.ts';

/** Between tries to store messages while the database is away. */
const RETRY_MS = 1_000;

type Given = Pick<Platform<AlertConfig>, 'db' | 'registry' | 'now' | 'log' | 'config'> & {
  readonly ingest: Pick<Ingest, 'many'>;
  readonly mappings: Pick<MappingRepository, 'find'>;
  readonly sources: Sources;
  readonly eventIntake: EventIntake;
};

/** The listeners with all they need. */
export function createSyslog({ registry, log, now, config, eventIntake, ...rest }: Given): Worker {
  const metrics = createSyslogMetrics(registry, log, now);
  const offsetMinutes = config.SYSLOG_UTC_OFFSET_MINUTES;
  const detect = createSyslogDetection({ eventIntake, now, log, retryMs: RETRY_MS });
  const intake = createSyslogIntake({ ...rest, detect, metrics, now, offsetMinutes, log, retryMs: RETRY_MS });
  return createSyslogWorker({ config, intake, metrics, log });
}
