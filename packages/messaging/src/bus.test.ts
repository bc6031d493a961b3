import { once } from 'node:events';
import { connect } from 'node:net';
import { type MetricRecorded, MetricRecorded as Recorded, type PayloadOf } from '@soc/contracts';
import { createDbCluster, sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterEach, expect, test } from 'vitest';
import { createMessage, NonRetryableError, streamKey, type Subscription, subscription } from './index.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const closing: TestBus[] = [];
const start = async (...args: Parameters<typeof startTestBus>) => {
  const started = await startTestBus(...args);
  closing.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const metric = (name: string): PayloadOf<typeof MetricRecorded> => ({
  name,
  value: 1,
  at: new Date().toISOString(),
  labels: {},
});
const meta = { tenantId: 'default', subject: 's', correlationId: 'c' };
const message = (name: string, extra: object = {}) =>
  createMessage(Recorded, metric(name), { ...meta, ...extra }, { source: 'analytics', now: new Date() });

/** Writes one row per event it handles; what `before` throws fails the event. */
const recording = (before: (name: string) => void | Promise<void> = () => undefined, options = {}): Subscription =>
  subscription(
    Recorded,
    async ({ name }, { tx, event }) => {
      await tx.query(sql`insert into storage.effects (event_id, note) values (${event.id}, ${name})`);
      await before(name);
    },
    options,
  );

const effects = async ({ db }: TestBus): Promise<readonly string[]> => {
  const rows = await db.write.query<{ note: string }>(sql`select note from storage.effects order by note`);
  return rows.map(({ note }) => note);
};

const effectsAre = (started: TestBus, expected: readonly string[]) =>
  waitFor(async () => (await effects(started)).length >= expected.length).then(async () =>
    expect(await effects(started)).toEqual(expected),
  );

test('an event published in a transaction reaches the stream after the commit, and never after a rollback', async () => {
  const publisher = await start('analytics', []);
  publisher.bus.start();
  await publisher.db.tx((tx) => publisher.bus.outbox.publish(tx, Recorded, metric('kept'), meta));
  const rolledBack = publisher.db.tx(async (tx) => {
    await publisher.bus.outbox.publish(tx, Recorded, metric('dropped'), meta);
    throw new Error('changed my mind');
  });
  await expect(rolledBack).rejects.toThrow('changed my mind');
  await waitFor(async () => (await publisher.stream('metric.recorded')).length === 1);
  const [text = ''] = await publisher.stream('metric.recorded');
  expect(JSON.parse(text)).toMatchObject({
    specversion: '1.0',
    type: 'metric.recorded',
    source: 'analytics',
    tenantid: 'default',
    correlationid: 'c',
    data: { name: 'kept' },
  });
  await waitFor(async () => (await publisher.bus.check()).outboxMessages === 0);
});

test('a payload that breaks its contract is not published', async () => {
  const publisher = await start('analytics', []);
  const bad = publisher.db.tx((tx) =>
    publisher.bus.outbox.publish(tx, Recorded, { ...metric('x'), value: Number.NaN }, meta),
  );
  await expect(bad).rejects.toThrow('metric.recorded');
});

test('what was committed while redis was away is relayed when it is back', async () => {
  const nowhere = await startTestBus('analytics', [], { redisUrl: 'redis://127.0.0.1:1' });
  nowhere.bus.start();
  await nowhere.db.tx((tx) => nowhere.bus.outbox.publish(tx, Recorded, metric('patient'), meta));
  await expect(nowhere.bus.check()).rejects.toThrow(/.+/);
  const back = await start('analytics', [], { databaseUrl: nowhere.databaseUrl, prefix: nowhere.prefix });
  back.bus.start();
  await waitFor(async () => (await back.stream('metric.recorded')).length === 1);
  await nowhere.close();
});

test('the same event delivered many times has one effect', async () => {
  const consumer = await start('storage', [recording()]);
  consumer.bus.start();
  const again = message('once');
  await consumer.send([again, again, message('other')]);
  await effectsAre(consumer, ['once', 'other']);
  await consumer.send([again, message('third')]);
  await effectsAre(consumer, ['once', 'other', 'third']);
});

test('one event that fails does not take its batch with it, and succeeds when tried again', async () => {
  let failures = 1;
  const consumer = await start('storage', [
    recording((name) => {
      if (name !== 'flaky' || failures === 0) return;
      failures -= 1;
      throw new Error('not now');
    }),
  ]);
  await consumer.send(['a', 'flaky', 'z'].map((name) => message(name)));
  failures = 2; // the batch, then alone
  consumer.bus.start();
  await effectsAre(consumer, ['a', 'flaky', 'z']);
  expect(failures).toBe(0);
});

test('an outage of the database costs an event none of its attempts', async () => {
  const nowhere = createDbCluster({
    primaryUrl: 'postgres://nobody@127.0.0.1:1/soc',
    replicaUrls: [],
    tokenKeys: [Buffer.alloc(32, 'tests')],
    applicationName: 'test',
    registry: createRegistry('storage', 'nowhere'),
    failoverWaitMs: 50,
    onError: () => undefined,
  });
  const away = () => nowhere.write.query(sql`select 1`);
  const fails = (reason: string) => () => Promise.reject(new Error(reason));
  const faults = [fails('not now'), away, away, fails('still not')];
  const consumer = await start('storage', [
    recording(async () => void (await faults.shift()?.()), { retry: { maxAttempts: 3 } }),
  ]);
  consumer.bus.start();
  await consumer.send([message('patient')]);
  await effectsAre(consumer, ['patient']);
  expect(await consumer.bus.listDeadLetters(10)).toEqual([]);
  await nowhere.close();
});

test('a peer of its own that a handler finds away is no outage: the event is tried as often as it may be, then kept', async () => {
  let tries = 0;
  const callsPeer = async (): Promise<void> => {
    tries += 1;
    await once(connect(1, '127.0.0.1'), 'connect');
  };
  const retry = { maxAttempts: 2, firstDelayMs: 10 };
  const consumer = await start('storage', [recording(callsPeer, { retry })]);
  consumer.bus.start();
  await consumer.send([message('peerless')]);
  const letter = await waitFor(async () => (await consumer.bus.listDeadLetters(10))[0], { deadlineMs: 15_000 });
  expect(letter).toMatchObject({ attempts: 2, reason: expect.stringContaining('ECONNREFUSED') });
  expect(tries).toBe(2);
});

test('an event that keeps failing ends in the dead letters after its attempts, with the reason', async () => {
  let tries = 0;
  const consumer = await start('storage', [
    recording(
      () => {
        tries += 1;
        throw new Error('the disk is full');
      },
      { retry: { maxAttempts: 3 } },
    ),
  ]);
  consumer.bus.start();
  await consumer.send([message('poison')]);
  const letter = await waitFor(async () => (await consumer.bus.listDeadLetters(10))[0]);
  expect(letter).toMatchObject({ type: 'metric.recorded', reason: 'the disk is full', attempts: 3 });
  expect(tries).toBe(3);
  expect(await effects(consumer)).toEqual([]);
});

test.each([
  ['a failure that cannot be mended', message('bad'), 'cannot be mended'],
  [
    'an unknown schema version',
    {
      type: 'metric.recorded',
      envelope: message('v9').envelope.replace('"dataschemaversion":1', '"dataschemaversion":9'),
    },
    'unknown schema version 9',
  ],
  [
    'a payload that does not fit',
    { type: 'metric.recorded', envelope: message('p').envelope.replace('"value":1', '"value":"one"') },
    'payload refused',
  ],
  ['a text that is no event', { type: 'metric.recorded', envelope: 'hello' }, 'not a CloudEvent'],
])('%s goes to the dead letters at once', async (_, poison, reason) => {
  const consumer = await start('storage', [
    recording((name) => {
      if (name === 'bad') throw new NonRetryableError('cannot be mended');
    }),
  ]);
  consumer.bus.start();
  await consumer.send([poison, message('good')]);
  await effectsAre(consumer, ['good']);
  const letter = await waitFor(async () => (await consumer.bus.listDeadLetters(10))[0]);
  expect(letter.reason).toContain(reason);
  expect(letter.attempts).toBe(reason === 'cannot be mended' ? 1 : 0);
});

test('an event that does not concern the service is acknowledged and leaves no trace', async () => {
  const consumer = await start('storage', [
    recording(undefined, { concerns: ({ name }: PayloadOf<typeof MetricRecorded>) => name !== 'dull' }),
  ]);
  consumer.bus.start();
  await consumer.send([message('dull'), message('interesting')]);
  await effectsAre(consumer, ['interesting']);
  expect(await consumer.db.write.query(sql`select count(*) as claims from storage.inbox`)).toEqual([{ claims: 1 }]);
  const stream = streamKey(consumer.prefix, 'metric.recorded');
  await waitFor(async () => (await consumer.redis.xpending(stream, 'storage'))[0] === 0);
});

test('a stop sends what was committed before it', async () => {
  const publisher = await start('analytics', []);
  publisher.bus.start();
  await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      publisher.db.tx((tx) => publisher.bus.outbox.publish(tx, Recorded, metric(`m${index}`), meta)),
    ),
  );
  await publisher.bus.close();
  expect(await publisher.stream('metric.recorded')).toHaveLength(200);
});

test('an event for another service is acknowledged and ignored', async () => {
  const consumer = await start('storage', [recording()]);
  consumer.bus.start();
  await consumer.send([
    message('theirs', { targetService: 'ai-service' }),
    message('ours', { targetService: 'storage-service' }),
  ]);
  await effectsAre(consumer, ['ours']);
});

test('a restarted consumer takes up at once what it held when it died', async () => {
  const consumer = await start('storage', [recording()]);
  const stream = streamKey(consumer.prefix, 'metric.recorded');
  await consumer.redis.xgroup('CREATE', stream, 'storage', '0', 'MKSTREAM');
  await consumer.send([message('held')]);
  await consumer.redis.xreadgroup('GROUP', 'storage', 'storage-test', 'STREAMS', stream, '>');
  consumer.bus.start();
  await effectsAre(consumer, ['held']);
  const [pending] = await consumer.redis.xpending(stream, 'storage');
  await waitFor(async () => (await consumer.redis.xpending(stream, 'storage'))[0] === 0);
  expect(pending).toBeLessThanOrEqual(1);
});

test('two replicas share the events of their service', async () => {
  const first = await start('storage', [recording()]);
  const second = await start('storage', [recording()], {
    databaseUrl: first.databaseUrl,
    prefix: first.prefix,
    instanceId: 'storage-2',
  });
  first.bus.start();
  second.bus.start();
  const names = Array.from({ length: 500 }, (_, index) => `e${String(index).padStart(3, '0')}`);
  await first.send(names.map((name) => message(name)));
  await effectsAre(first, names);
});

test('the named faces publish and subscribe by type', async () => {
  const seen: string[] = [];
  const consumer = await start('storage', []);
  consumer.bus.subscribeToEvents({
    serviceName: 'storage-service',
    eventTypes: ['metric.recorded'],
    handler: ({ subject }) => Promise.resolve(void seen.push(subject)),
  });
  consumer.bus.start();
  const publisher = await start('analytics', [], { prefix: consumer.prefix });
  publisher.bus.start();
  const request = {
    eventType: 'metric.recorded',
    payload: metric('x'),
    sourceService: 'analytics-service',
    subject: 'named',
  };
  await publisher.bus.publishEvent(request);
  await waitFor(() => seen.includes('named'));
  await expect(publisher.bus.publishEvent({ ...request, sourceService: 'alert-service' })).rejects.toThrow(
    'may not publish',
  );
  await expect(consumer.bus.publishEvent({ ...request, sourceService: 'storage-service' })).rejects.toThrow(
    'may not publish',
  );
});
