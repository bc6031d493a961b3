import { setTimeout as pause } from 'node:timers/promises';
import { type DbCluster, sql } from '@soc/db-cluster';
import { type Fleet, logIn } from '@soc/fleet';
import { Pool } from 'undici';
import { openDatabase, untilProcessed, withFleet } from './bench-fleet.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';
import { cpuMs } from './cpu.ts';
import { detectionFigures } from './ingest/detection.ts';

const SINGLE = { alerts: 6_000, connections: 64 };
const BULK = { alerts: 20_000, lines: 500, connections: 4 };
const STEADY = { perS: 100, forS: 15 };
const DONE_WITHIN_MS = 120_000;

interface Run {
  readonly fleet: Fleet;
  readonly say: (line: string) => void;
  readonly pool: Pool;
  readonly token: string;
  readonly db: DbCluster;
}

/** One alert in ten is about one of 500 hosts in trouble, the others each about a host of its own. */
const hostOf = (run: string, index: number): string =>
  index % 10 === 0 ? `hot-${(index / 10) % 500}` : `${run}-${index}`;

/** A plausible alert; fingerprints never repeat. */
function alertOf(run: string, index: number): object {
  const host = hostOf(run, index);
  return {
    title: `Suspicious process on ${host}`,
    severity: ['low', 'medium', 'high', 'critical'][index % 4],
    source: 'bench',
    ruleId: `rule-${index % 200}`,
    externalId: `${run}-${index}`,
    fingerprint: `${run}-${index}`,
    occurredAt: new Date().toISOString(),
    tags: [run],
    techniques: ['T1059'],
    observables: [
      { type: 'host', value: `${host}.bench.example` },
      { type: 'ip', value: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` },
      { type: 'user', value: `user-${host}` },
    ],
  };
}

async function post({ pool, token }: Run, path: string, body: string, contentType = 'application/json'): Promise<void> {
  const answer = await pool.request({
    method: 'POST',
    path,
    body,
    headers: { 'content-type': contentType, authorization: `Bearer ${token}` },
  });
  const text = await answer.body.text();
  if (answer.statusCode > 201) throw new Error(`${path} answered ${answer.statusCode}: ${text}`);
}

/** Runs `work` for 0 … count-1, at most `connections` at a time. */
async function forEach(count: number, connections: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        await work(index);
      }
    }),
  );
}

async function sustained(run: Run, name: string, alerts: number, send: () => Promise<void>) {
  const { say } = run;
  const before = await cpuMs(run.fleet);
  const startedAtMs = performance.now();
  await send();
  const acceptedS = (performance.now() - startedAtMs) / 1000;
  await untilProcessed(run.db, { tag: name, alerts, withinMs: DONE_WITHIN_MS });
  const doneS = (performance.now() - startedAtMs) / 1000;
  for (const [process, usedMs] of await cpuMs(run.fleet)) {
    say(
      `  ${process.padEnd(18)} ${(((usedMs - (before.get(process) ?? 0)) * 1000) / alerts).toFixed(0).padStart(5)} µs CPU per alert`,
    );
  }
  return { accepted: alerts / acceptedS, done: alerts / doneS };
}

const postSingles = (run: Run) =>
  forEach(SINGLE.alerts, SINGLE.connections, (index) =>
    post(run, '/api/v1/alerts', JSON.stringify(alertOf('single', index))),
  );

const postBulks = (run: Run) =>
  forEach(BULK.alerts / BULK.lines, BULK.connections, (chunk) => {
    const lines = Array.from({ length: BULK.lines }, (_, line) =>
      JSON.stringify(alertOf('bulk', chunk * BULK.lines + line)),
    );
    return post(run, '/api/v1/alerts/bulk', lines.join('\n'), 'application/x-ndjson');
  });

/** Open loop: an alert every 10 ms whatever the fleet does, so that waiting shows. */
async function latencies(run: Run): Promise<readonly number[]> {
  const total = STEADY.perS * STEADY.forS;
  const startedAtMs = performance.now();
  const posts: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const waitMs = startedAtMs + (index * 1000) / STEADY.perS - performance.now();
    if (waitMs > 1) await pause(waitMs);
    posts.push(post(run, '/api/v1/alerts', JSON.stringify(alertOf('steady', index))));
  }
  await Promise.all(posts);
  await untilProcessed(run.db, { tag: 'steady', alerts: total, withinMs: DONE_WITHIN_MS });
  const rows = await run.db.write.query<{ ms: number }>(sql`
    select extract(epoch from analysed_at - received_at)::float8 * 1000 as ms from alert.alerts where 'steady' = any(tags)`);
  return rows.map(({ ms }) => ms);
}

async function connect(fleet: Fleet, say: Run['say']): Promise<Run & { readonly close: () => Promise<void> }> {
  const pool = new Pool(fleet.gatewayUrl, { connections: SINGLE.connections });
  const db = openDatabase(fleet);
  return {
    fleet,
    say,
    pool,
    db,
    token: (await logIn(fleet.gatewayUrl, fleet.admin)).accessToken,
    close: async () => {
      await pool.close();
      await db.close();
    },
  };
}

/**
 * Alerts a second from the first post until the last is analysed, enriched and searchable, on a fleet that fsyncs, the load
 * generator on the same machine; and how long an alert takes from its arrival to its score at a steady 100 a second.
 */
export const benchmark: Benchmark = {
  goals: { alerts_per_s_single: '>= 300', alerts_per_s_bulk: '>= 1000', events_per_s: '>= 5000' },
  run: (say) =>
    withFleet({ env: { gateway: { RATE_LIMIT_PER_S: '100000', RATE_LIMIT_BURST: '100000' } } }, async (fleet) => {
      const run = await connect(fleet, say);
      const waits = await latencies(run);
      say(`steady ${STEADY.perS}/s for ${STEADY.forS} s: ${waits.length} alerts analysed`);
      const single = await sustained(run, 'single', SINGLE.alerts, () => postSingles(run));
      say(`single posts: accepted ${rounded(single.accepted)}/s, end to end ${rounded(single.done)}/s`);
      const bulk = await sustained(run, 'bulk', BULK.alerts, () => postBulks(run));
      say(`bulk of ${BULK.lines}: accepted ${rounded(bulk.accepted)}/s, end to end ${rounded(bulk.done)}/s`);
      const detection = await detectionFigures(run);
      await run.close();
      return {
        ...detection,
        alerts_per_s_single: rounded(single.done),
        alerts_per_s_bulk: rounded(bulk.done),
        p50_ms: rounded(percentile(waits, 0.5)),
        p95_ms: rounded(percentile(waits, 0.95)),
      };
    }),
};
