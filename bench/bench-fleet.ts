import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDbCluster, type DbCluster, sql } from '@soc/db-cluster';
import { type Fleet, type FleetOptions, startFleet, thisHost } from '@soc/fleet';
import { createRegistry } from '@soc/monitoring';

/** A fleet of its own for one benchmark, on ports nobody else uses, in a folder that goes with it. */
export async function withFleet<T>(options: Partial<FleetOptions>, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'soc-bench-'));
  await chmod(dataDirectory, 0o711); // as a data directory is: PostgreSQL's own user passes through it
  const fleet = await startFleet({ host: thisHost(), dataDirectory, portBase: 28_000, logLevel: 'warn', ...options });
  try {
    return await work(fleet);
  } finally {
    await fleet.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** Each look counts whole tables: every half second it was an eighth of PostgreSQL's work. */
const LOOK_EVERY_MS = 2_000;

/** The fleet's database as its superuser, who sees all schemas. To be closed before the fleet stops. */
export const openDatabase = (fleet: Fleet): DbCluster =>
  createDbCluster({
    primaryUrl: fleet.postgres.adminUrl,
    replicaUrls: [],
    poolSize: 2,
    applicationName: 'bench',
    registry: createRegistry('bench', 'bench'),
    onError: (error) => console.warn(error.message),
  });

/**
 * Waits until so many alerts that bear the tag are analysed, enriched, in the incidents they belong to, and searchable, and the alert
 * service has nothing left to tell. Throws when that takes longer than `withinMs`.
 */
export async function untilProcessed(
  db: DbCluster,
  { tag, alerts, withinMs }: { readonly tag: string; readonly alerts: number; readonly withinMs: number },
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const processed = await countProcessed(db, tag);
    if (processed >= alerts) return;
    if (performance.now() > deadlineMs) throw new Error(`not done in time: ${processed} of ${alerts}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Nothing is counted while something is still to be told: counting them all is dear. */
async function countProcessed(db: DbCluster, tag: string): Promise<number> {
  const [outbox] = await db.write.query<{ isEmpty: boolean }>(sql`
    select not exists (select from alert.outbox) as "isEmpty"`);
  if (!outbox?.isEmpty) return 0;
  const [counted] = await db.write.query<{ processed: number }>(sql`
    select count(*) as processed from alert.alerts
    where ${tag} = any(tags) and analysed_at is not null and enriched_at is not null
      and exists (
        select from storage.documents
        where tenant_id = alerts.tenant_id and kind = 'alert' and documents.id = alerts.id)`);
  return counted?.processed ?? 0;
}
