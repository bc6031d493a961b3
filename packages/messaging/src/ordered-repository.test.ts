import { createDbCluster, type DbCluster, migrate, type Queryable, sql } from '@soc/db-cluster';
import { createTestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBusRepository } from './bus-repository.ts';
import { messagingMigrations } from './index.ts';
import { createOrderedOutboxRepository, type OutboxMessage } from './ordered-outbox-repository.ts';
import { createOrderedRepository, type WaitingEvent } from './ordered-repository.ts';
import { uuidv7 } from '@soc/contracts';

const repository = createOrderedRepository('storage');
const outbox = createOrderedOutboxRepository('storage');
let db: DbCluster;
let stopAll: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase('storage');
  await migrate({ url: database.url, schema: 'storage', directories: [messagingMigrations] });
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('storage', 'test'),
    onError: () => undefined,
  });
  stopAll = async () => {
    await db.close();
    await database.drop();
  };
});
afterAll(() => stopAll());

const event = (subject: string, body = 'sealed'): WaitingEvent => ({
  subject,
  eventId: uuidv7(Date.now()),
  type: 'alert.updated',
  body: Buffer.from(body),
});

test('events of a subject wait behind the one that failed, whatever its error says, each once, and leave in their order', async () => {
  const [head, next, other] = [event('a', 'first'), event('a', 'second'), event('b', 'third')];
  const failure = { attempts: 1, reason: 'no\0t \ud800now', retryAfterMs: 60_000 };
  await db.tx((tx) => repository.park(tx, 'alert', [head], failure));
  await db.tx((tx) => repository.park(tx, 'alert', [next, head, other]));
  const subjects = await repository.waitingSubjects(db.write, 'alert');
  expect(subjects.map(({ subject }) => subject)).toEqual(['a', 'b']);
  expect(subjects[0]?.dueInMs).toBeGreaterThan(30_000);
  expect(subjects[1]?.dueInMs).toBe(0);
  expect(await repository.countWaiting(db.write)).toEqual([{ noun: 'alert', events: 3 }]);

  const first = await repository.head(db.write, 'alert', 'a');
  expect(first).toMatchObject({ ...head, attempts: 1 });
  const rowId = first?.rowId ?? 0;
  await db.tx((tx) => repository.postpone(tx, rowId, { attempts: 2, reason: 'still\0 not', retryAfterMs: 0 }));
  expect(await repository.head(db.write, 'alert', 'a')).toMatchObject({ rowId, attempts: 2 });
  await db.tx((tx) => repository.unpark(tx, rowId));
  expect(await repository.head(db.write, 'alert', 'a')).toMatchObject({ ...next, attempts: 0 });
  expect(await repository.head(db.write, 'incident', 'a')).toBeUndefined();
});

const message = (subject?: string): OutboxMessage => ({ type: 'alert.updated', envelope: `of ${subject}`, subject });
const append = (...messages: readonly OutboxMessage[]) => db.tx((tx) => outbox.append(tx, messages));
const takeAll = (selection: { limitRows?: number; olderThanMs?: number; ids?: readonly number[] } = {}) =>
  db.tx(async (tx) => {
    await outbox.lock(tx);
    return outbox.take(tx, { limitRows: 100, olderThanMs: 0, ids: [], ...selection });
  });

test('a message is told which unsent one of its subject it has to come after', async () => {
  const [first, unordered, twin] = await append(message('a'), message(), message('a'));
  expect([first?.after, unordered?.after, twin?.after]).toEqual([null, null, null]);
  const [second, other] = await append(message('a'), message('b'));
  expect(second?.after).toBe(twin?.id);
  expect(other?.after).toBeNull();
  const taken = await takeAll();
  expect(taken.map(({ id }) => id)).toEqual([first?.id, twin?.id, second?.id, other?.id]);
  const [third] = await append(message('a'));
  expect(third?.after).toBeNull();
  await db.write.query(sql`delete from storage.outbox`);
});

test('with a row goes all that is unsent of its subject, also what began later; other subjects stay', async () => {
  const [first] = await append(message('a'));
  const [other] = await append(message('b'));
  const [second] = await append(message('a'));
  await db.write.query(sql`
    update storage.outbox set created_at = now() - interval '1 min' where id = ${second?.id}`);
  const taken = await takeAll({ olderThanMs: 3_000 });
  expect(taken.map(({ id }) => id)).toEqual([first?.id, second?.id]);
  const [third] = await append(message('b'));
  expect((await takeAll({ olderThanMs: 3_000, ids: [third?.id ?? 0] })).map(({ id }) => id)).toEqual([
    other?.id,
    third?.id,
  ]);
});

test('what is taken a few at a time is everything, once, and of each subject the first', async () => {
  const rows = await append(...['a', 'b', 'a', 'c', 'b', 'a', 'd', 'a'].map(message));
  // The last of `a` is the only one that is old: its subject goes, as far as the limit allows, from the first on.
  await db.write.query(sql`
    update storage.outbox set created_at = now() - interval '1 min' where id = ${rows.at(-1)?.id}`);
  const ofA = [0, 2, 5, 7].map((place) => rows[place]?.id);
  const old = await takeAll({ limitRows: 3, olderThanMs: 3_000 });
  expect(old.map(({ id }) => id)).toEqual(ofA.slice(0, 3));
  const taken: number[] = [];
  for (let some = await takeAll({ limitRows: 2 }); some.length > 0; some = await takeAll({ limitRows: 2 })) {
    expect(some.length).toBeLessThanOrEqual(2);
    taken.push(...some.map(({ id }) => id));
  }
  expect(taken).toEqual([1, 3, 4, 6, 7].map((place) => rows[place]?.id));
});

test('taking a few of many reads a few, not all', async () => {
  await append(...Array.from({ length: 5_000 }, (_, index) => message(`subject ${index}`)));
  await db.write.query(sql`analyze storage.outbox`);
  const { taken, read } = await db.tx(async (tx) => {
    await outbox.lock(tx);
    const rows = await outbox.take(tx, { limitRows: 10, olderThanMs: 0, ids: [] });
    const [table] = await tx.query<{ rows: number }>(sql`
      select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables
      where schemaname = 'storage' and relname = 'outbox'`);
    return { taken: rows.length, read: table?.rows };
  });
  expect(taken).toBe(10);
  expect(read).toBeLessThan(500);
  await db.write.query(sql`delete from storage.outbox`);
});

test('what is not ordered is taken without reading what is, however much of that waits', async () => {
  await append(...Array.from({ length: 5_000 }, (_, index) => message(`subject ${index}`)));
  await append(message());
  await db.write.query(sql`analyze storage.outbox`);
  // What earlier transactions of the connection read may still be among what is counted.
  const countRead = async (tx: Queryable): Promise<number> => {
    const [table] = await tx.query<{ rows: number }>(sql`
      select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables
      where schemaname = 'storage' and relname = 'outbox'`);
    return table?.rows ?? 0;
  };
  const takeUnordered = () =>
    db.tx(async (tx) => {
      const before = await countRead(tx);
      const rows = await createBusRepository('storage').takeOldest(tx, 10, 0);
      return { taken: rows.map(({ envelope }) => envelope), read: (await countRead(tx)) - before };
    });
  const first = await takeUnordered();
  expect(first.taken).toEqual(['of undefined']);
  expect(first.read).toBeLessThan(10);
  const second = await takeUnordered();
  expect(second).toEqual({ taken: [], read: 0 });
  await db.write.query(sql`delete from storage.outbox`);
});
