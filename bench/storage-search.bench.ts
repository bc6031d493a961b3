import { inTenant } from '@soc/db-cluster';
import pg from 'pg';
import { createPostgresSearchIndex } from '../services/storage/src/adapters/postgres-search-repository.ts';
import { parseQuery } from '../services/storage/src/domain/query/parse-query.ts';
import type { Query } from '../services/storage/src/domain/query/query.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';
import { openStorageDatabase } from './storage-database.ts';
import { loadAlerts } from './storage-search/load.ts';
import { type Question, QUESTIONS } from './storage-search/questions.ts';

const ALERTS = Number(process.env['SOC_BENCH_ALERTS'] ?? 1_000_000);
const TURNS = 20;
const HITS = 51;
const tenantId = 'default';

function read(q: string): Query {
  const parsed = parseQuery(q, new Date());
  if (!parsed.ok) throw new Error(`${q}: ${parsed.fault.message}`);
  return parsed.query;
}

/** With the policies of tenants in force. */
async function open(say: (line: string) => void) {
  const onError = (error: Error): void => say(error.message);
  const database = await openStorageDatabase({ isDurable: false, tenantRole: 'soc_storage_tenant', onError });
  const pool = new pg.Pool({ connectionString: database.adminUrl });
  const close = async () => {
    await pool.end();
    await database.close();
  };
  return { ...database, pool, close };
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ readonly ms: number; readonly result: Result }> {
  const atMs = performance.now();
  const result = await inTenant({ tenantId }, work);
  return { ms: performance.now() - atMs, result };
}

interface Measured {
  readonly times: readonly number[];
  /** Of the server, for each. */
  readonly cpuMs: number;
  readonly hits: number;
}

async function measure(
  { ask }: Question,
  search: (query: Query) => Promise<{ readonly ms: number; readonly result: number }>,
  serverMs: () => Promise<number>,
): Promise<Measured> {
  const times: number[] = [];
  let hits = 0;
  const beforeMs = await serverMs();
  for (let turn = 0; turn < TURNS; turn++) {
    const { ms, result } = await search(read(ask(turn)));
    times.push(ms);
    hits += result;
  }
  return { times, cpuMs: ((await serverMs()) - beforeMs) / TURNS, hits: hits / TURNS };
}

function told({ times, cpuMs, hits }: Measured): string {
  const [median, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  return `median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, CPU ${cpuMs.toFixed(1)} ms, ${hits} hits`;
}

/**
 * How long the PostgreSQL adapter takes for a page of 50 hits among a million alerts of one tenant, one question at a time, as
 * the role that requests have; the slowest kind of question apart. And for facets and a histogram of what a word of many finds.
 */
export const benchmark: Benchmark = {
  goals: { p95_ms: '<= 150' },
  run: async (say) => {
    const { db, pool, serverMs, close } = await open(say);
    const startedAtMs = performance.now();
    const client = await pool.connect();
    await loadAlerts(client, { alerts: ALERTS, tenantId }, say);
    client.release();
    const loadS = (performance.now() - startedAtMs) / 1_000;
    const { rows } = await pool.query<{ readonly alerts: number; readonly mib: number }>(`
      select count(*)::int as alerts, pg_total_relation_size('storage.documents') / 1048576 as mib from storage.documents`);
    say(`${rows[0]?.alerts} alerts, ${rows[0]?.mib} MiB, ${loadS.toFixed(0)} s`);

    const index = createPostgresSearchIndex();
    const all: Measured[] = [];
    for (const question of QUESTIONS) {
      const search = (query: Query) =>
        timed(async () => (await index.search({ tenantId, query, limitRows: HITS }, db.write)).length);
      const measured = await measure(question, search, serverMs);
      say(`${question.name.padEnd(30)} ${told(measured)}`);
      all.push(measured);
    }
    const scope = { tenantId, query: read('brute') };
    const fields = ['severity', 'host', 'technique'] as const;
    const facets = await timed(() => index.facets({ ...scope, fields, limitValues: 10 }, db.write));
    const histogram = await timed(() => index.histogram({ ...scope, stepS: 86_400 }, db.write));
    const times = all.flatMap((one) => one.times);
    const cpu = all.map(({ cpuMs }) => cpuMs);
    await close();
    return {
      alerts: rows[0]?.alerts ?? 0,
      p50_ms: rounded(percentile(times, 0.5)),
      p95_ms: rounded(percentile(times, 0.95)),
      slowest_kind_p95_ms: rounded(Math.max(...all.map((one) => percentile(one.times, 0.95)))),
      mean_server_cpu_ms: rounded(cpu.reduce((sum, one) => sum + one, 0) / cpu.length),
      most_server_cpu_ms: rounded(Math.max(...cpu)),
      facets_ms: rounded(facets.ms),
      histogram_ms: rounded(histogram.ms),
      load_s: Math.round(loadS),
    };
  },
};
