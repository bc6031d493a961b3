import { type BusActor, MetricRecorded, type PayloadOf, uuidv7 } from '@soc/contracts';
import { type DbCluster, sql } from '@soc/db-cluster';
import { createMessage, type Subscription, subscription } from './index.ts';

/** Who operates the bus in tests. */
export const operator: BusActor = { kind: 'user', id: '00000000-0000-7000-8000-000000000001', name: 'Olga' };

export const metric = (name: string): PayloadOf<typeof MetricRecorded> => ({
  name,
  value: 1,
  at: new Date().toISOString(),
  labels: {},
});

/** A metric as analytics publishes it; `madeAt` says when. */
export const metricMessage = (name: string, meta: object = {}, madeAt = new Date()) =>
  createMessage(
    MetricRecorded,
    metric(name),
    { tenantId: 'default', subject: `about ${name}`, correlationId: uuidv7(Date.now()), ...meta },
    { source: 'analytics', now: madeAt },
  );

/** Writes a row per event into `storage.effects`; what `before` throws fails the event. */
export const recordingMetrics = (before: (name: string) => void | Promise<void> = () => undefined): Subscription =>
  subscription(
    MetricRecorded,
    async ({ name }, { tx, event }) => {
      await tx.query(sql`insert into storage.effects (event_id, note) values (${event.id}, ${name})`);
      await before(name);
    },
    { retry: { maxAttempts: 1 } },
  );

/** The names whose effect is committed, sorted. */
export const effectsIn = async (db: DbCluster): Promise<readonly string[]> => {
  const rows = await db.write.query<{ note: string }>(sql`select note from storage.effects order by note`);
  return rows.map(({ note }) => note);
};
