import { AlertCreated, AlertUpdated, type EventEnvelope, uuidv7 } from '@soc/contracts';
import { sql, type Tx } from '@soc/db-cluster';
import { exampleAlert } from '@soc/fleet/testing';
import { expect } from 'vitest';
import { type Subscription, subscription, type SubscriptionOptions } from './subscription.ts';
import type { TestBus } from './test-bus.fixture.ts';

const origin = { tenantId: 'default', correlationId: 'c' };

/** Alerts with a version, in the schema of the publishing service. */
export async function createFacts({ db }: TestBus): Promise<void> {
  await db.write.query(sql`create table alert.facts (id text primary key, version integer not null)`);
}

/** Makes an alert and tells of it, or changes it under its row lock and tells of that. */
export async function changeFact({ bus, db }: TestBus, id: string, within?: (tx: Tx) => Promise<void>): Promise<void> {
  await db.tx(async (tx) => {
    const [fact] = await tx.query<{ version: number }>(sql`
      insert into alert.facts (id, version) values (${id}, 1)
      on conflict (id) do update set version = facts.version + 1 returning version`);
    const alert = exampleAlert({ id, version: fact?.version ?? 0 });
    const meta = { ...origin, subject: id };
    if (alert.version === 1) await bus.outbox.publish(tx, AlertCreated, { alert }, meta);
    else await bus.outbox.publish(tx, AlertUpdated, { alert, changed: ['score'] }, meta);
    await within?.(tx);
  });
}

export const factIds = (count: number): readonly string[] => Array.from({ length: count }, () => uuidv7(Date.now()));

/** Where the subscriber writes down what it handled, numbered in the order of the commits. */
export async function createHandled({ db }: Pick<TestBus, 'db'>): Promise<void> {
  await db.write.query(sql`
    create table storage.handled (place bigint generated always as identity, subject text, version integer, event_id text)`);
}

/** Subscriptions to all changes of an alert, in order; what `before` throws fails the event. */
export const recordingInOrder = (
  before: (version: number, event: EventEnvelope) => void | Promise<void> = () => undefined,
  retry: SubscriptionOptions<typeof AlertCreated>['retry'] = {},
): readonly Subscription[] => {
  const record = async (tx: Tx, version: number, event: EventEnvelope): Promise<void> => {
    await tx.query(sql`
      insert into storage.handled (subject, version, event_id) values (${event.subject}, ${version}, ${event.id})`);
    await before(version, event);
  };
  return [
    subscription(AlertCreated, ({ alert }, { tx, event }) => record(tx, alert.version, event), {
      order: 'subject',
      retry,
    }),
    subscription(AlertUpdated, ({ alert }, { tx, event }) => record(tx, alert.version, event), {
      order: 'subject',
      retry,
    }),
  ];
};

export interface Handled {
  readonly subject: string;
  readonly version: number;
}

export const handled = ({ db }: Pick<TestBus, 'db'>): Promise<readonly Handled[]> =>
  db.write.query<Handled>(sql`select subject, version from storage.handled order by place`);

export const countHandled = async ({ db }: Pick<TestBus, 'db'>): Promise<number> => {
  const [row] = await db.write.query<{ events: number }>(sql`select count(*) as events from storage.handled`);
  return row?.events ?? 0;
};

/** Every version of every fact was handled exactly once, those of a fact in their order. */
export async function expectInOrder(subscriber: TestBus, publisher: TestBus): Promise<void> {
  const facts = await publisher.db.write.query<{ id: string; version: number }>(
    sql`select id, version from alert.facts order by id`,
  );
  const rows = Map.groupBy(await handled(subscriber), ({ subject }) => subject);
  expect(rows.size).toBe(facts.length);
  for (const { id, version } of facts) {
    const versions = rows.get(id)?.map((row) => row.version);
    expect(versions).toEqual(Array.from({ length: version }, (_, index) => index + 1));
  }
}
