import type { Platform, Worker } from '@soc/service-kit';
import { createPostgresMetricStore, type MetricKeepDays } from './adapters/postgres-metric-repository.ts';
import type { MetricsConfig } from './config/metrics.ts';
import { createMetricIntake, type MetricIntake } from './metric-intake.ts';
import { createMetricPartitionKeeper } from './metric-partition-keeper.ts';
import { createMetricPartitionRepository } from './metric-partition-repository.ts';
import type { MetricStore } from './ports/metric-store.ts';

/** The store of metrics, and what belongs to it. */
export interface Metrics {
  readonly store: MetricStore;
  readonly take: MetricIntake;
  readonly workers: readonly Worker[];
}

/** Chooses the store by configuration. */
export function createMetrics({ db, config, registry, log, now }: Platform<MetricsConfig>): Metrics {
  const partitions = createMetricPartitionRepository();
  const keepDays: MetricKeepDays = {
    metric_points: config.METRICS_KEEP_DAYS,
    metric_rollups_5m: config.METRICS_KEEP_5M_DAYS,
    metric_rollups_1h: config.METRICS_KEEP_1H_DAYS,
  };
  const store = createPostgresMetricStore({ partitions, keepDays, now });
  return {
    store,
    take: createMetricIntake({ store, registry, log, now }),
    workers: [createMetricPartitionKeeper({ db, partitions, keepDays, now, log })],
  };
}
