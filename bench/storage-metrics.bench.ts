import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { createSharedTestDatabase, makeTemporaryDirectory, startTestPostgres } from '@soc/fleet/testing';
import { INFLUXDB_USER, startInfluxdb } from '@soc/fleet/testing/influxdb';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { createInfluxdbClient, type InfluxdbClient } from '../services/storage/src/adapters/influxdb-client.ts';
import { createInfluxdbMetricStore } from '../services/storage/src/adapters/influxdb-metric-store.ts';
import { createPostgresMetricStore } from '../services/storage/src/adapters/postgres-metric-repository.ts';
import { toLine } from '../services/storage/src/domain/influx/line-protocol.ts';
import type { MetricPoint } from '../services/storage/src/domain/metric-point.ts';
import { createMetricPartitionRepository } from '../services/storage/src/metric-partition-repository.ts';
import { createMetricShipper } from '../services/storage/src/metric-shipper.ts';
import { createMetricSpoolRepository } from '../services/storage/src/metric-spool-repository.ts';
import type { MetricStore } from '../services/storage/src/ports/metric-store.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';

const POINTS = process.env['SOC_TEST_FULL'] === '1' ? 1_000_000 : 100_000;
/** What the subscription takes at once. */
const BATCH = 500;
/** What clients of InfluxDB are told to send at once. */
const BARE_BATCH = 5_000;
const QUERIES = 20;
const KEEP_DAYS = { metric_points: 30, metric_rollups_5m: 180, metric_rollups_1h: 1_825 };
const SEVERITIES = ['low', 'medium', 'high', 'critical'];

const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 86_400_000;
/** A day of 40 series. */
const pointOf = (index: number): MetricPoint => ({
  tenantId: 'default',
  name: 'alert.time_to_acknowledge_s',
  at: new Date(startMs + Math.floor((index / POINTS) * 86_400_000)).toISOString(),
  value: (index * 7_919) % 3_600,
  labels: { severity: SEVERITIES[index % 4] ?? '', source: `sensor-${Math.floor(index / 4) % 10}` },
});

function* batches(size: number): Generator<readonly MetricPoint[]> {
  for (let first = 0; first < POINTS; first += size) {
    yield Array.from({ length: Math.min(size, POINTS - first) }, (_, index) => pointOf(first + index));
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const at = performance.now();
  await work();
  return rounded(POINTS / ((performance.now() - at) / 1_000), 0);
}

async function writeAll(db: DbCluster, store: MetricStore): Promise<void> {
  for (const points of batches(BATCH)) await db.tx((tx) => store.write(points, tx));
}

/** 95th percentile of the day in hours, by severity: from points, for a percentile is among what is asked. */
async function queryP95Ms(db: DbCluster, store: MetricStore): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < QUERIES; run++) {
    const at = performance.now();
    const answer = await store.query(
      {
        tenantId: 'default',
        name: 'alert.time_to_acknowledge_s',
        from: new Date(startMs).toISOString(),
        to: new Date(startMs + 86_400_000).toISOString(),
        stepS: 3_600,
        where: [],
        groupBy: ['severity'],
        aggregates: ['count', 'p95'],
        resolutionS: 0,
      },
      db.read,
    );
    took.push(performance.now() - at);
    const found = answer.ok ? answer.series.flatMap(({ items }) => items.map(({ count = 0 }) => count)) : [];
    if (found.reduce((sum, count) => sum + count, 0) !== POINTS) throw new Error('the answer misses points');
  }
  return rounded(percentile(took, 0.95));
}

async function bare(client: InfluxdbClient): Promise<void> {
  let arrival = 0;
  for (const points of batches(BARE_BATCH)) {
    const lines = points.map((point) => toLine({ ...point, tenantId: 'bare' }, arrival++)).join('\n');
    const outcome = await client.write(gzipSync(lines, { level: 1 }));
    if (!outcome.ok) throw new Error(outcome.reason);
  }
}

async function openDatabase(serverUrl: string) {
  const database = await createSharedTestDatabase(['storage'], serverUrl);
  const own = new URL('../services/storage/migrations/', import.meta.url);
  await migrate({ url: database.urlOf('storage'), schema: 'storage', directories: [messagingMigrations, own] });
  return createDbCluster({
    primaryUrl: database.urlOf('storage'),
    replicaUrls: [],
    applicationName: 'bench',
    registry: createRegistry('storage', 'bench'),
    onError: () => undefined,
  });
}

async function openInfluxdb() {
  const server = await startInfluxdb({ host: thisHost() });
  const token = `${INFLUXDB_USER.name}:${INFLUXDB_USER.password}`;
  const body = new URLSearchParams({ q: 'create database soc' });
  await fetch(`${server.url}/query`, { method: 'POST', headers: { authorization: `Token ${token}` }, body });
  const bucket = 'soc/autogen';
  return { ...server, bucket, client: createInfluxdbClient({ url: server.url, token, org: 'soc', bucket }) };
}

export const benchmark: Benchmark = {
  goals: {},
  run: async (say) => {
    await using directory = await makeTemporaryDirectory('bench');
    const postgres = await startTestPostgres(join(directory.path, 'metrics'), true);
    const influxdb = await openInfluxdb();
    const now = () => new Date();
    const partitions = createMetricPartitionRepository();
    try {
      say(`${POINTS} points of 40 series in transactions of ${BATCH}, synced to disk`);
      const db = await openDatabase(postgres.url);
      const own = createPostgresMetricStore({ partitions, keepDays: KEEP_DAYS, keepsPoints: true, now });
      const postgresPerS = await timed(() => writeAll(db, own));
      const postgresQueryP95Ms = await queryP95Ms(db, own);
      await db.close();

      const other = await openDatabase(postgres.url);
      const rollups = createPostgresMetricStore({ partitions, keepDays: KEEP_DAYS, keepsPoints: false, now });
      const { client, bucket } = influxdb;
      const spool = createMetricSpoolRepository();
      const log = { info: () => undefined, warn: say, error: say } as never;
      const shipper = createMetricShipper({
        db: other,
        spool,
        client,
        registry: createRegistry('storage', 'b'),
        log,
        now,
      });
      const given = { client, bucket, spool, rollups, onSpooled: () => undefined, log, now };
      const store = createInfluxdbMetricStore(given);
      const spooledPerS = await timed(() => writeAll(other, store));
      const sentPerS = await timed(() => shipper.ship());
      const influxdbQueryP95Ms = await queryP95Ms(other, store);
      await other.close();
      const barePerS = await timed(() => bare(client));
      return {
        postgresPerS,
        postgresQueryP95Ms,
        spooledPerS,
        sentPerS,
        influxdbPerS: rounded(1 / (1 / spooledPerS + 1 / sentPerS), 0),
        bareInfluxdbPerS: barePerS,
        influxdbQueryP95Ms,
      };
    } finally {
      await Promise.all([postgres.stop(), influxdb.stop()]);
    }
  },
};
