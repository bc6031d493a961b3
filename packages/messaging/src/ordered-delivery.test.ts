import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AlertCreated, MetricRecorded } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, inject, test } from 'vitest';
import { createKeyRing, newKeyRing, NonRetryableError, type Subscription, subscription } from './index.ts';
import {
  changeFact,
  countHandled,
  createFacts,
  createHandled,
  expectInOrder,
  factIds,
  handled,
  recordingInOrder,
} from './ordered.fixture.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

type Options = Parameters<typeof startTestBus>[2];
const start = async (service: 'alert' | 'storage', subscriptions: readonly Subscription[], options: Options = {}) => {
  const started = await startTestBus(service, subscriptions, options);
  closing.push(started.close);
  started.bus.start();
  return started;
};

/** Replicas of a publisher that share its database. */
async function startPublishers(count: number, options: Options = {}) {
  const first = await start('alert', [], options);
  await createFacts(first);
  const others = Array.from({ length: count - 1 }, (_, index) =>
    start('alert', [], {
      ...options,
      databaseUrl: first.databaseUrl,
      prefix: first.prefix,
      instanceId: `alert-${index}`,
    }),
  );
  return [first, ...(await Promise.all(others))] as const;
}

/** A replica of the subscriber, beside another when it is given. */
async function startSubscriber(
  prefix: string,
  subscriptions: readonly Subscription[],
  beside?: { readonly databaseUrl: string },
  options: Options = {},
) {
  const started = await startTestBus('storage', subscriptions, {
    ...options,
    prefix,
    ...(beside && { databaseUrl: beside.databaseUrl, instanceId: 'storage-2' }),
  });
  closing.push(started.close);
  if (!beside) await createHandled(started);
  started.bus.start();
  return started;
}

/** Each publisher changes every fact, all at the same time. */
const changeAll = (publishers: readonly TestBus[], ids: readonly string[], times: number) =>
  Promise.all(
    publishers.flatMap((publisher) =>
      ids.map(async (id) => {
        for (let time = 0; time < times; time += 1) await changeFact(publisher, id);
      }),
    ),
  );

const allHandled = (subscriber: TestBus, events: number) =>
  waitFor(async () => (await countHandled(subscriber)) >= events, { deadlineMs: 150_000 });

test(
  'what two publishers tell of the same alerts is handled in order by two replicas, of which one stops on the way',
  { timeout: 240_000 },
  async () => {
    const publishers = await startPublishers(2);
    const { prefix } = publishers[0];
    const first = await startSubscriber(prefix, recordingInOrder());
    const second = await startSubscriber(prefix, recordingInOrder(), first);
    const ids = factIds(6);
    await changeAll(publishers, ids, 10);
    await first.bus.close();
    await changeAll(publishers, ids, 10);
    await allHandled(second, 6 * 2 * 20);
    await expectInOrder(second, publishers[0]);
  },
);

test('order and exactly one effect are kept when three of ten handlers fail', { timeout: 240_000 }, async () => {
  const publishers = await startPublishers(2);
  let seed = 1;
  const failing = recordingInOrder(
    () => {
      seed = (seed * 48_271) % 2_147_483_647;
      if (seed % 10 < 3) throw new Error('not now');
    },
    { firstDelayMs: 20, maxDelayMs: 100, maxAttempts: 30 },
  );
  const { prefix } = publishers[0];
  const first = await startSubscriber(prefix, failing);
  await startSubscriber(prefix, failing, first);
  const ids = factIds(6);
  await changeAll(publishers, ids, 8);
  await allHandled(first, 6 * 2 * 8);
  await expectInOrder(first, publishers[0]);
  expect(await first.bus.listDeadLetters(10)).toEqual([]);
  await waitFor(async () => {
    const waiting = await first.db.write.query(sql`select id from storage.ordered_waiting limit 1`);
    return waiting.length === 0;
  });
});

test(
  'when a replica is killed in a handler, another goes on within seconds and in order',
  { timeout: 240_000 },
  async () => {
    const keys = newKeyRing();
    const publishers = await startPublishers(2, { keyRing: createKeyRing(keys) });
    const [publisher] = publishers;
    const { prefix } = publisher;
    const database = await startTestBus('storage', [], { prefix, keyRing: createKeyRing(keys) });
    closing.push(database.close);
    await createHandled(database);
    const module = new URL('ordered-subscriber.fixture.ts', import.meta.url).href;
    const options = {
      databaseUrl: database.databaseUrl,
      redisUrl: inject('redisUrl'),
      prefix,
      instanceId: 'doomed',
      hangsAtVersion: 7,
      keys,
    };
    const script = `import('${module}').then((fixture) => fixture.startSubscriber(${JSON.stringify(options)}))`;
    const doomed = spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
    closing.push(async () => {
      if (doomed.exitCode === null && doomed.signalCode === null) doomed.kill('SIGKILL');
    });
    const ids = factIds(6);
    const publishing = changeAll(publishers, ids, 20);
    const isInHandler = async () => {
      const open = await database.db.write.query(sql`
        select pid from pg_stat_activity
        where application_name like 'doomed%' and state = 'idle in transaction' and datname = current_database()
          and query like '%storage.handled%'`);
      return open.length > 0;
    };
    await waitFor(isInHandler, { deadlineMs: 60_000 });
    const survivor = await startSubscriber(prefix, recordingInOrder(), database, { keyRing: createKeyRing(keys) });
    await publishing;
    const handledBefore = await countHandled(survivor);
    expect(await isInHandler()).toBe(true);
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    await waitFor(async () => (await countHandled(survivor)) > handledBefore, { deadlineMs: 15_000 });
    await allHandled(survivor, 6 * 2 * 20);
    await expectInOrder(survivor, publisher);
  },
);

test('an event that is given up becomes a dead letter, what waits behind it goes on, and other alerts never wait', async () => {
  const [publisher] = await startPublishers(1);
  const [bad, good] = factIds(2);
  if (!bad || !good) throw new Error('two ids');
  let tries = 0;
  const subscriber = await startSubscriber(
    publisher.prefix,
    recordingInOrder(
      (version, { subject }) => {
        if (subject !== bad) return;
        if (version === 3) throw new NonRetryableError('cannot be mended');
        if (version !== 2) return;
        tries += 1;
        throw new Error('the disk is full');
      },
      { firstDelayMs: 100, maxAttempts: 4 },
    ),
  );
  for (const id of [bad, bad, bad, bad, good, good]) await changeFact(publisher, id);
  await allHandled(subscriber, 4);
  const rows = await handled(subscriber);
  expect(rows.filter(({ subject }) => subject === bad).map(({ version }) => version)).toEqual([1, 4]);
  expect(rows.filter(({ subject }) => subject === good).map(({ version }) => version)).toEqual([1, 2]);
  expect(rows.at(-1)).toEqual({ subject: bad, version: 4 });
  const letters = await subscriber.bus.listDeadLetters(10);
  expect(new Map(letters.map(({ reason, attempts }) => [reason, attempts]))).toEqual(
    new Map([
      ['the disk is full', 4],
      ['cannot be mended', 1],
    ]),
  );
  // The batch, then alone, then three retries.
  expect(tries).toBeGreaterThanOrEqual(4);
});

test('an event in the outbox of a process that cannot send it goes before what another process publishes of its subject', async () => {
  const stuck = await startTestBus('alert', [], { redisUrl: 'redis://127.0.0.1:1' });
  closing.push(stuck.close);
  await createFacts(stuck);
  const [id = ''] = factIds(1);
  await changeFact(stuck, id);
  await changeFact(stuck, id);
  const working = await start('alert', [], {
    databaseUrl: stuck.databaseUrl,
    prefix: stuck.prefix,
    instanceId: 'alert-2',
  });
  // Its outbox has been read once, so that what it commits goes from memory.
  await waitFor(async () => (await working.stream('alert.updated')).length === 1);
  await changeFact(stuck, id);
  await changeFact(working, id);
  await waitFor(async () => (await working.stream('alert.updated')).length === 3);
  const versions = (await working.stream('alert.updated')).map((text) => JSON.parse(text).data.alert.version);
  expect(versions).toEqual([2, 3, 4]);
});

test('an ordered subscription must be to an ordered type, and have the inbox', () => {
  const nothing = (): Promise<void> => Promise.resolve();
  expect(() => subscription(MetricRecorded, nothing, { order: 'subject' })).toThrow('not declared to be ordered');
  expect(() => subscription(AlertCreated, nothing, { order: 'subject', inbox: false })).toThrow('needs the inbox');
});
