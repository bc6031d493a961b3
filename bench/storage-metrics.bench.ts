import process from 'node:process';
import type { DbCluster } from '@soc/db-cluster';
import { thisHost } from '@soc/fleet';
import { INFLUXDB_USER, startInfluxdb } from '@soc/fleet/testing/influxdb';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { createInfluxdbClient, type InfluxdbClient } from '../services/storage/src/adapters/influxdb-client.ts';
import { createInfluxdbMetricStore } from '../services/storage/src/adapters/influxdb-metric-store.ts';
import { createPostgresMetricStore } from '../services/storage/src/adapters/postgres-metric-repository.ts';
import { createMetricPartitionRepository } from '../services/storage/src/metric-partition-repository.ts';
import { createMetricShipper } from '../services/storage/src/metric-shipper.ts';
import { createMetricSpoolRepository } from '../services/storage/src/metric-spool-repository.ts';
import type { MetricStore } from '../services/storage/src/ports/metric-store.ts';
import { type Benchmark, type Figures, percentile, rounded } from './benchmark.ts';
import { treeMs } from './cpu.ts';
import { copyIn } from './db/copy.ts';
import { openStorageDatabase } from './storage-database.ts';
import { copyBodies, DAY_MS, lineBodies, type PointsOfADay, pointsOfADay } from './storage-metrics/points.ts';

const POINTS = Number(process.env['SOC_BENCH_POINTS'] ?? 100_000);
/** As many as the bus gives a handler at a time. */
const BATCH = 500;
/** What clients of InfluxDB are told to send at once. */
const BARE_BATCH = 5_000;
const QUERIES = 20;
const KEEP_DAYS = { metric_points: 30, metric_rollups_5m: 180, metric_rollups_1h: 1_825 };
const now = () => new Date();

/** Points a second, and the CPU of everybody concerned for each. */
interface Rate {
  readonly perS: number;
  readonly cpuUs: number;
}

const ownMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

async function measure(serversMs: () => Promise<number>, work: () => Promise<void>): Promise<Rate> {
  const [cpuBeforeMs, beforeMs] = [ownMs() + (await serversMs()), performance.now()];
  await work();
  const tookMs = performance.now() - beforeMs;
  const cpuMs = ownMs() + (await serversMs()) - cpuBeforeMs;
  return { perS: Math.round(POINTS / (tookMs / 1_000)), cpuUs: rounded((cpuMs * 1_000) / POINTS) };
}

async function writeAll(db: DbCluster, store: MetricStore, points: PointsOfADay): Promise<void> {
  for (const batch of points.batches(BATCH)) await db.tx((tx) => store.write(batch, tx));
}

/** 95th percentile of the day in hours, by severity: from points, for a percentile is among what is asked. */
async function queryP95Ms(db: DbCluster, store: MetricStore, { name, startMs, count }: PointsOfADay): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < QUERIES; run++) {
    const atMs = performance.now();
    const answer = await store.query(
      {
        tenantId: 'default',
        name,
        from: new Date(startMs).toISOString(),
        to: new Date(startMs + DAY_MS).toISOString(),
        stepS: 3_600,
        where: [],
        groupBy: ['severity'],
        aggregates: ['count', 'p95'],
        resolutionS: 0,
      },
      db.read,
    );
    took.push(performance.now() - atMs);
    const counts = answer.ok ? answer.series.flatMap(({ items }) => items.map((item) => item.count ?? 0)) : [];
    if (counts.reduce((sum, one) => sum + one, 0) !== count) throw new Error('the answer misses points');
  }
  return rounded(percentile(took, 0.95));
}

async function postBare(client: InfluxdbClient, bodies: readonly Uint8Array[]): Promise<void> {
  for (const body of bodies) {
    const outcome = await client.write(body);
    if (!outcome.ok) throw new Error(outcome.reason);
  }
}

/** Into the partitions that the adapter has made, with their index. */
async function copyBare(adminUrl: string, bodies: readonly Buffer[]): Promise<void> {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 1 });
  pool.on('error', () => undefined); // the server may stop before the last connection is closed
  const client = await pool.connect();
  const statement = 'copy storage.metric_points (tenant_id, series_id, at, arrival, value) from stdin';
  for (const body of bodies) await copyIn(client, statement, body);
  client.release();
  await pool.end();
}

async function measurePostgres(points: PointsOfADay): Promise<Figures> {
  const { db, adminUrl, serverMs, close } = await openStorageDatabase({ isDurable: true });
  const partitions = createMetricPartitionRepository();
  const store = createPostgresMetricStore({ partitions, keepDays: KEEP_DAYS, keepsPoints: true, now });
  const ours = await measure(serverMs, () => writeAll(db, store, points));
  const p95Ms = await queryP95Ms(db, store, points);
  const bodies = copyBodies(points, BARE_BATCH);
  const bare = await measure(serverMs, () => copyBare(adminUrl, bodies));
  await close();
  return {
    postgres_per_s: ours.perS,
    postgres_cpu_us: ours.cpuUs,
    copy_per_s: bare.perS,
    copy_cpu_us: bare.cpuUs,
    postgres_share_pct: rounded((ours.perS / bare.perS) * 100),
    postgres_query_p95_ms: p95Ms,
  };
}

async function openInfluxdb() {
  const server = await startInfluxdb({ host: thisHost() });
  const token = `${INFLUXDB_USER.name}:${INFLUXDB_USER.password}`;
  const body = new URLSearchParams({ q: 'create database soc' });
  await fetch(`${server.url}/query`, { method: 'POST', headers: { authorization: `Token ${token}` }, body });
  const bucket = 'soc/autogen';
  return { ...server, bucket, client: createInfluxdbClient({ url: server.url, token, org: 'soc', bucket }) };
}

async function measureInfluxdb(points: PointsOfADay, say: (line: string) => void): Promise<Figures> {
  const { client, bucket, pid, stop } = await openInfluxdb();
  const { db, serverMs, close } = await openStorageDatabase({ isDurable: true });
  const serversMs = async (): Promise<number> => (await serverMs()) + (await treeMs(pid() ?? 0));
  const partitions = createMetricPartitionRepository();
  const rollups = createPostgresMetricStore({ partitions, keepDays: KEEP_DAYS, keepsPoints: false, now });
  const spool = createMetricSpoolRepository();
  const complain = (facts: object): void => say(JSON.stringify(facts));
  const log = { info: () => undefined, warn: complain, error: complain };
  const shipper = createMetricShipper({ db, spool, client, registry: createRegistry('storage', 'bench'), log, now });
  const store = createInfluxdbMetricStore({ client, bucket, spool, rollups, onSpooled: () => undefined, log, now });
  const spooled = await measure(serversMs, () => writeAll(db, store, points));
  const sent = await measure(serversMs, () => shipper.ship());
  const p95Ms = await queryP95Ms(db, store, points);
  const bodies = lineBodies(points, BARE_BATCH);
  const bare = await measure(serversMs, () => postBare(client, bodies));
  await Promise.all([close(), stop()]);
  const perS = Math.round(1 / (1 / spooled.perS + 1 / sent.perS));
  return {
    spooled_per_s: spooled.perS,
    sent_per_s: sent.perS,
    influxdb_per_s: perS,
    influxdb_cpu_us: rounded(spooled.cpuUs + sent.cpuUs),
    bare_influxdb_per_s: bare.perS,
    bare_influxdb_cpu_us: bare.cpuUs,
    influxdb_share_pct: rounded((perS / bare.perS) * 100),
    influxdb_query_p95_ms: p95Ms,
  };
}

/**
 * Metric points a second into both stores, as the subscription writes them (transactions of 500, synced to disk), against
 * what the same server takes with nothing around it, its bytes made beforehand: COPY of the points alone, without
 * intervals, and line protocol in requests of 5,000. Into InfluxDB they are first spooled, then sent, one after the other here
 * and side by side in the service. CPU is that of client and servers together, a point.
 */
export const benchmark: Benchmark = {
  goals: {},
  run: async (say) => {
    const points = pointsOfADay(POINTS, Date.now());
    say(`${POINTS} points of 40 series`);
    const postgres = await measurePostgres(points);
    say(JSON.stringify(postgres));
    return { ...postgres, ...(await measureInfluxdb(points, say)) };
  },
};
