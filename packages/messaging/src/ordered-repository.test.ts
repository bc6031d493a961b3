import { createDbCluster, type DbCluster, migrate, sql } from '@soc/db-cluster';
import { createTestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
const takeAll = (selection: { olderThanMs?: number; ids?: readonly number[] } = {}) =>
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
