import type { DbCluster } from '@soc/db-cluster';
import { type SharedInfluxdb, sharedInfluxdb } from '@soc/fleet/testing/influxdb';
import { createRegistry } from '@soc/monitoring';
import { expect } from 'vitest';
import { createInfluxdbClient } from '../adapters/influxdb-client.ts';
import { createInfluxdbMetricStore } from '../adapters/influxdb-metric-store.ts';
import { createPostgresMetricStore } from '../adapters/postgres-metric-repository.ts';
import type { MetricPoint } from '../domain/metric-point.ts';
import { createMetricPartitionRepository } from '../metric-partition-repository.ts';
import { createMetricShipper } from '../metric-shipper.ts';
import { createMetricSpoolRepository } from '../metric-spool-repository.ts';
import { openStorageDatabase } from '../storage-database.fixture.ts';
import type { MetricStore } from './metric-store.ts';

type Query = Parameters<MetricStore['query']>[0];
type Purge = Parameters<MetricStore['purge']>[0];

/** A store with what it needs. */
export interface MetricAdapter {
  readonly db: DbCluster;
  readonly store: MetricStore;
  /** Sends on what the store has been given. */
  readonly ship: () => Promise<void>;
  /** And what is written is found at once. */
  readonly write: (points: readonly MetricPoint[]) => Promise<void>;
  readonly query: (query: Query) => ReturnType<MetricStore['query']>;
  readonly purge: (purge: Purge) => ReturnType<MetricStore['purge']>;
  readonly close: () => Promise<void>;
}

const KEEP_DAYS = { metric_points: 30, metric_rollups_5m: 180, metric_rollups_1h: 1_825 };
const now = () => new Date('2026-03-02T00:00:00Z');

const openPostgres = async (): Promise<MetricAdapter> => {
  const { db, close } = await openStorageDatabase();
  const partitions = createMetricPartitionRepository();
  const store = createPostgresMetricStore({ partitions, keepDays: KEEP_DAYS, keepsPoints: true, now });
  return {
    db,
    store,
    ship: () => Promise.resolve(),
    close,
    write: (points) => db.tx((tx) => store.write(points, tx)),
    query: (query) => store.query(query, db.write),
    purge: (purge) => store.purge(purge, db.write),
  };
};

/** With all that was written sent. */
async function openInfluxdb(access: SharedInfluxdb): Promise<MetricAdapter> {
  const { db, close } = await openStorageDatabase();
  const partitions = createMetricPartitionRepository();
  const rollups = createPostgresMetricStore({ partitions, keepDays: KEEP_DAYS, keepsPoints: false, now });
  const client = createInfluxdbClient(access);
  const spool = createMetricSpoolRepository();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const registry = createRegistry('storage', 'test');
  const shipper = createMetricShipper({ db, spool, client, registry, log, now });
  const onSpooled = (): void => undefined;
  const store = createInfluxdbMetricStore({ client, bucket: access.bucket, spool, rollups, onSpooled, log, now });
  return {
    db,
    store,
    ship: shipper.ship,
    close,
    write: async (points) => {
      await db.tx((tx) => store.write(points, tx));
      await shipper.ship();
      expect(await spool.backlog(db.write)).toEqual({ points: 0, since: null, refused: 0 });
    },
    query: (query) => store.query(query, db.write),
    purge: (purge) => store.purge(purge, db.write),
  };
}

const influxdb = await sharedInfluxdb();

/** All adapters of the port that this machine has the servers of. */
export const metricAdapters: readonly { readonly name: string; readonly open: () => Promise<MetricAdapter> }[] = [
  { name: 'PostgreSQL', open: openPostgres },
  ...(influxdb ? [{ name: 'InfluxDB 1.8 by the API of version 2', open: () => openInfluxdb(influxdb) }] : []),
];
