import { setTimeout as pause } from 'node:timers/promises';
import { type DbCluster, sql } from '@soc/db-cluster';
import { logIn } from '@soc/fleet';
import { openDatabase, untilProcessed, withFleet } from './bench-fleet.ts';
import { type Benchmark, type Figures, rounded } from './benchmark.ts';
import { residentMb } from './memory.ts';

const ALERTS = 20_000;
const LINES = 500;
const DONE_WITHIN_MS = 280_000;
const SETTLE_MS = 5_000;

/** An alert of some 600 bytes with four observables, one in ten of a host in trouble. */
function alertOf(index: number): object {
  const host = index % 10 === 0 ? `hot-${(index / 10) % 500}` : `host-${index}`;
  return {
    title: `Suspicious process on ${host}`,
    description: `powershell.exe was started by winword.exe on ${host} with an encoded command.`,
    severity: ['low', 'medium', 'high', 'critical'][index % 4],
    source: 'bench',
    ruleId: `rule-${index % 200}`,
    externalId: `disk-${index}`,
    fingerprint: `disk-${index}`,
    occurredAt: new Date().toISOString(),
    tags: ['disk'],
    techniques: ['T1059'],
    observables: [
      { type: 'host', value: `${host}.bench.example` },
      { type: 'ip', value: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` },
      { type: 'user', value: `user-${host}` },
      { type: 'process', value: 'powershell.exe' },
    ],
  };
}

/** Bytes of each schema, indices and toasted values included. */
async function sizes(db: DbCluster): Promise<ReadonlyMap<string, number>> {
  const rows = await db.write.query<{ schema: string; bytes: number }>(sql`
    select nspname as schema, sum(pg_total_relation_size(c.oid)) as bytes from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'm') and nspname !~ '^(pg_|information_schema)' group by nspname`);
  return new Map(rows.map(({ schema, bytes }) => [schema, bytes]));
}

async function send(url: string, token: string): Promise<void> {
  for (let first = 0; first < ALERTS; first += LINES) {
    const lines = Array.from({ length: LINES }, (_, line) => JSON.stringify(alertOf(first + line)));
    const answer = await fetch(`${url}/api/v1/alerts/bulk`, {
      method: 'POST',
      body: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` },
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  }
}

/** What alerts leave on the disk of PostgreSQL by schema, for each million, and what services hold in memory after them. */
export const benchmark: Benchmark = {
  goals: {},
  run: (say) =>
    withFleet({}, async (fleet) => {
      const db = openDatabase(fleet);
      const before = await sizes(db);
      await send(fleet.gatewayUrl, (await logIn(fleet.gatewayUrl, fleet.admin)).accessToken);
      await untilProcessed(db, { tag: 'disk', alerts: ALERTS, withinMs: DONE_WITHIN_MS });
      await pause(SETTLE_MS);
      const figures: Record<string, number> = { alerts: ALERTS };
      for (const [schema, bytes] of await sizes(db)) {
        figures[`${schema}_mb_per_million`] = rounded((bytes - (before.get(schema) ?? 0)) / ALERTS, 0);
      }
      for (const { name, pid } of fleet.services()) {
        if (pid !== undefined) figures[`${name}_rss_mb`] = rounded(await residentMb(pid), 0);
      }
      await db.close();
      say('megabytes of 10^6 bytes');
      return figures satisfies Figures;
    }),
};
