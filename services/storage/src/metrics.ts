import type { HealthCheck } from '@soc/monitoring';
import type { Platform, Worker } from '@soc/service-kit';
import { createInfluxdbClient } from './adapters/influxdb-client.ts';
import { createInfluxdbMetricStore } from './adapters/influxdb-metric-store.ts';
import { createPostgresMetricStore } from './adapters/postgres-metric-repository.ts';
import type { MetricKeepDays } from './domain/metric-partitions.ts';
import { influxdbAuthority, type MetricsConfig } from './config/metrics.ts';
import { createMetricIntake, type MetricIntake } from './metric-intake.ts';
import { createMetricPartitionKeeper } from './metric-partition-keeper.ts';
import { createMetricPartitionRepository } from './metric-partition-repository.ts';
import { createMetricShipper } from './metric-shipper.ts';
import { createMetricSpoolRepository } from './metric-spool-repository.ts';
import type { MetricStore } from './ports/metric-store.ts';

/** The store of metrics, and what belongs to it. */
export interface Metrics {
  readonly store: MetricStore;
  readonly take: MetricIntake;
  readonly workers: readonly Worker[];
  readonly checks: Readonly<Record<string, HealthCheck>>;
}

/** Chooses the store by configuration: InfluxDB where it has a URL, PostgreSQL where it has none. */
export function createMetrics({ db, config, registry, log, now }: Platform<MetricsConfig>): Metrics {
  const partitions = createMetricPartitionRepository();
  const keepDays: MetricKeepDays = {
    metric_points: config.METRICS_KEEP_DAYS,
    metric_rollups_5m: config.METRICS_KEEP_5M_DAYS,
    metric_rollups_1h: config.METRICS_KEEP_1H_DAYS,
  };
  const keeper = createMetricPartitionKeeper({ db, partitions, keepDays, now, log });
  const url = config.INFLUXDB_URL;
  const postgres = createPostgresMetricStore({ partitions, keepDays, keepsPoints: url === undefined, now });
  const takeInto = (store: MetricStore) => createMetricIntake({ store, registry, log, now });
  if (url === undefined) return { store: postgres, take: takeInto(postgres), workers: [keeper], checks: {} };

  const bucket = config.INFLUXDB_BUCKET;
  const { INFLUXDB_TOKEN: token, INFLUXDB_ORG: org, INFLUXDB_CA_FILE: caFile } = config;
  const client = createInfluxdbClient({ url, token, org, bucket, ca: influxdbAuthority(url, caFile) });
  const spool = createMetricSpoolRepository();
  const shipper = createMetricShipper({ db, spool, client, registry, log, now });
  const store = createInfluxdbMetricStore({
    client,
    bucket,
    spool,
    rollups: postgres,
    onSpooled: shipper.wake,
    log,
    now,
  });
  return { store, take: takeInto(store), workers: [keeper, shipper], checks: { metrics: shipper.check } };
}
