import { createDbCluster, sql } from '@soc/db-cluster';
import { makeTemporaryDirectory, startTestPostgres } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import pg from 'pg';
import { type Benchmark, rounded } from './benchmark.ts';
import { median } from './db/callers.ts';
import { CALLERS, createInserts, type Inserts } from './db/inserts.ts';
import { measureOverhead, OVERHEAD_CONNECTIONS } from './db/overhead.ts';

const INSERT_ROUNDS = 5;
/** Rows of one run: each takes about a second. */
const ROWS: Readonly<Record<keyof Inserts, number>> = {
  single: 3_200,
  batched: 19_200,
  copyPer64: 19_200,
  copyWhole: 64_000,
};
const KINDS = Object.keys(ROWS) as (keyof Inserts)[]; // `Object.keys` forgets the type of the keys

async function measureInserts(inserts: Inserts, empty: () => Promise<unknown>, say: (line: string) => void) {
  const perS: Record<keyof Inserts, number[]> = { single: [], batched: [], copyPer64: [], copyWhole: [] };
  for (const kind of KINDS) await inserts[kind](ROWS[kind]);
  for (let round = 0; round < INSERT_ROUNDS; round += 1) {
    for (const kind of KINDS) {
      await empty();
      const startedAtMs = performance.now();
      await inserts[kind](ROWS[kind]);
      perS[kind].push(ROWS[kind] / ((performance.now() - startedAtMs) / 1000));
    }
  }
  for (const kind of KINDS) say(`${kind.padEnd(10)} ${median(perS[kind]).toFixed(0)} rows/s`);
  const share = (of: 'copyPer64' | 'copyWhole'): number =>
    median(perS.batched.map((rows, round) => (rows / (perS[of][round] ?? 1)) * 100));
  return { perS, shareOfCopyPer64: share('copyPer64'), shareOfCopyWhole: share('copyWhole') };
}

/**
 * What the router costs, in CPU of this process, against a bare pool of `pg` for the same prepared statement: with a
 * connection for each of 8 callers, and with 64 callers that wait for 8 connections. And rows a second of 64 concurrent callers that
 * insert one row each, on a server that fsyncs: alone, batched, and what COPY does.
 */
export const benchmark: Benchmark = {
  goals: { overhead_pct: '<= 5', overhead_waiting_pct: '<= 5', batched_share_of_copy_per_64_pct: '>= 50' },
  run: async (say) => {
    const directory = await makeTemporaryDirectory('bench-db');
    const server = await startTestPostgres(directory.path, true);
    const pool = new pg.Pool({ connectionString: server.url, max: OVERHEAD_CONNECTIONS });
    const db = createDbCluster({
      primaryUrl: server.url,
      replicaUrls: [],
      poolSize: OVERHEAD_CONNECTIONS,
      applicationName: 'bench',
      registry: createRegistry('bench', 'bench'),
      onError: (error) => say(error.message),
    });
    await pool.query(`create schema bench;
      create table bench.items (id int primary key, title text not null);
      insert into bench.items select n, 'item ' || n from generate_series(0, 999) as n;
      create table bench.rows (id int, at timestamptz, title text, body text)`);

    const free = await measureOverhead(db, pool, OVERHEAD_CONNECTIONS);
    say(`8 callers: bare ${free.bareUs.toFixed(1)} µs, routed ${free.routedUs.toFixed(1)} µs of CPU per query`);
    const waiting = await measureOverhead(db, pool, CALLERS);
    say(`64 callers: bare ${waiting.bareUs.toFixed(1)} µs, routed ${waiting.routedUs.toFixed(1)} µs of CPU per query`);
    const inserts = await measureInserts(createInserts(db, pool), () => db.write.query(sql`truncate bench.rows`), say);

    await Promise.all([db.close(), pool.end()]);
    await server.stop();
    await directory[Symbol.asyncDispose]();
    return {
      overhead_pct: rounded(free.overheadPct),
      overhead_waiting_pct: rounded(waiting.overheadPct),
      bare_us: rounded(free.bareUs),
      routed_us: rounded(free.routedUs),
      single_rows_per_s: Math.round(median(inserts.perS.single)),
      batched_rows_per_s: Math.round(median(inserts.perS.batched)),
      copy_per_64_rows_per_s: Math.round(median(inserts.perS.copyPer64)),
      copy_whole_rows_per_s: Math.round(median(inserts.perS.copyWhole)),
      batched_share_of_copy_per_64_pct: rounded(inserts.shareOfCopyPer64),
      batched_share_of_copy_whole_pct: rounded(inserts.shareOfCopyWhole),
    };
  },
};
