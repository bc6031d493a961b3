import { Counter, createRegistry, Gauge } from '@soc/monitoring';
import type { ArchiverState } from './archiver-repository.ts';

export interface BackupMetrics {
  /** The exposition, with the state of the archive as it is now; its series are left out where it cannot be read. */
  readonly expose: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly succeeded: (type: 'full' | 'incr', at: Date) => void;
  readonly failed: (type: 'full' | 'incr' | 'list') => void;
}

/** The series of backups. `readState` is asked at each scrape. */
export function createBackupMetrics(instance: string, readState: () => Promise<ArchiverState>): BackupMetrics {
  const registry = createRegistry('backup', instance);
  const registers = [registry];
  const lastSuccess = new Gauge({
    name: 'soc_backup_last_success_time_seconds',
    help: 'When the newest backup in the repository had ended, in Unix time; 0 where none is known.',
    labelNames: ['type'],
    registers,
  });
  const failures = new Counter({
    name: 'soc_backup_failures_total',
    help: 'Backups that failed, and looks into the repository that did.',
    labelNames: ['type'],
    registers,
  });
  for (const type of ['full', 'incr']) lastSuccess.set({ type }, 0);
  for (const type of ['full', 'incr', 'list']) failures.inc({ type }, 0);

  const waiting = new Gauge({
    name: 'soc_wal_archive_waiting_files',
    help: 'Segments of the write-ahead log that are full and not in the repository.',
    registers,
  });
  const archiveFailures = new Gauge({
    name: 'soc_wal_archive_failures',
    help: 'Failed attempts to archive a segment since the statistics of PostgreSQL began.',
    registers,
  });
  const lag = new Gauge({
    name: 'soc_wal_archive_lag_seconds',
    help: 'Age of the oldest segment of the write-ahead log that is not in the repository; 0 when none waits.',
    registers,
  });
  const archive = [lag, waiting, archiveFailures];
  return {
    expose: async () => {
      try {
        const state = await readState();
        lag.set(state.lagSeconds);
        waiting.set(state.waitingFiles);
        archiveFailures.set(state.failures);
      } catch {
        for (const gauge of archive) gauge.remove();
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    succeeded: (type, at) => lastSuccess.set({ type }, at.getTime() / 1000),
    failed: (type) => failures.inc({ type }),
  };
}
