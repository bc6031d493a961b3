import { createDbCluster, inTenant, migrate } from '@soc/db-cluster';
import { createSharedTestDatabase, makeTemporaryDirectory, startTestPostgres } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { createPostgresSearchIndex } from '../services/storage/src/adapters/postgres-search-repository.ts';
import { parseQuery } from '../services/storage/src/domain/query/parse-query.ts';
import type { Query } from '../services/storage/src/domain/query/query.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';
import { loadAlerts } from './storage-search/load.ts';
import { QUESTIONS } from './storage-search/questions.ts';

const ALERTS = Number(process.env['SOC_BENCH_ALERTS'] ?? 1_000_000);
const TURNS = 20;
const HITS = 51;
const tenantId = 'default';

function read(q: string): Query {
  const parsed = parseQuery(q, new Date());
  if (!parsed.ok) throw new Error(`${q}: ${parsed.fault.message}`);
  return parsed.query;
}

/** A PostgreSQL of its own with the schema of storage, its policies in force. */
async function open(say: (line: string) => void) {
  const directory = await makeTemporaryDirectory('bench-search');
  const server = await startTestPostgres(directory.path, false);
  const database = await createSharedTestDatabase(['storage'], server.url);
  const own = new URL('../services/storage/migrations/', import.meta.url);
  await migrate({ url: database.urlOf('storage'), schema: 'storage', directories: [messagingMigrations, own] });
  const db = createDbCluster({
    primaryUrl: database.urlOf('storage'),
    replicaUrls: [],
    applicationName: 'bench',
    tenantRole: 'soc_storage_tenant',
    registry: createRegistry('bench', 'bench'),
    onError: (error) => say(error.message),
  });
  const pool = new pg.Pool({ connectionString: database.adminUrl });
  const close = async () => {
    await Promise.all([db.close(), pool.end()]);
    await server.stop();
    await directory[Symbol.asyncDispose]();
  };
  return { db, pool, close };
}

/**
 * How long the PostgreSQL adapter takes for a page of 50 hits among a million alerts of one tenant, one question at a time, as
 * the role that requests have; the slowest kind of question apart. And for facets and a histogram of what a word of many finds.
 */
export const benchmark: Benchmark = {
  goals: { p95_ms: '<= 150' },
  run: async (say) => {
    const { db, pool, close } = await open(say);
    const startedAtMs = performance.now();
    const client = await pool.connect();
    await loadAlerts(client, { alerts: ALERTS, tenantId }, say);
    client.release();
    const loadS = (performance.now() - startedAtMs) / 1_000;
    const { rows } = await pool.query<{ readonly alerts: number; readonly mib: number }>(`
      select count(*)::int as alerts, pg_total_relation_size('storage.documents') / 1048576 as mib from storage.documents`);
    say(`${rows[0]?.alerts} alerts, ${rows[0]?.mib} MiB, ${loadS.toFixed(0)} s`);

    const index = createPostgresSearchIndex();
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const atMs = performance.now();
      await inTenant({ tenantId }, work);
      return performance.now() - atMs;
    };
    const all: number[] = [];
    const slowest: number[] = [];
    for (const { name, ask } of QUESTIONS) {
      const times: number[] = [];
      let hits = 0;
      for (let turn = 0; turn < TURNS; turn++) {
        const query = read(ask(turn));
        times.push(
          await timed(async () => {
            hits += (await index.search({ tenantId, query, limitRows: HITS }, db.write)).length;
          }),
        );
      }
      const [median, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
      say(`${name.padEnd(30)} median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ${hits / TURNS} hits`);
      all.push(...times);
      slowest.push(p95);
    }
    const scope = { tenantId, query: read('brute') };
    const fields = ['severity', 'host', 'technique'] as const;
    const facets = await timed(() => index.facets({ ...scope, fields, limitValues: 10 }, db.write));
    const histogram = await timed(() => index.histogram({ ...scope, stepS: 86_400 }, db.write));
    await close();
    return {
      alerts: rows[0]?.alerts ?? 0,
      p50_ms: rounded(percentile(all, 0.5)),
      p95_ms: rounded(percentile(all, 0.95)),
      slowest_kind_p95_ms: rounded(Math.max(...slowest)),
      facets_ms: rounded(facets),
      histogram_ms: rounded(histogram),
      load_s: Math.round(loadS),
    };
  },
};
