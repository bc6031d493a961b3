import { MetricRecorded } from '@soc/contracts';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, test } from 'vitest';
import {
  batchSubscription,
  createMessage,
  streamKey,
  type Subscription,
  subscription,
  TooFewReplicasError,
} from './index.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const closing: TestBus[] = [];
const start = async (subscriptions: readonly Subscription[], options: Parameters<typeof startTestBus>[2] = {}) => {
  const started = await startTestBus('storage', subscriptions, options);
  closing.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const message = (name: string) =>
  createMessage(
    MetricRecorded,
    { name, value: 1, at: new Date().toISOString(), labels: {} },
    { tenantId: 'default', subject: 's', correlationId: 'c' },
    { source: 'analytics', now: new Date() },
  );

const numbered = (count: number) => Array.from({ length: count }, (_, index) => message(`e${index}`));

const pendingOf = async ({ redis, prefix }: TestBus): Promise<number> =>
  Number((await redis.xpending(streamKey(prefix, 'metric.recorded'), 'storage'))[0]);

const CLAIM_IDLE_MS = 600;

/** A handler that a test holds and lets go; it counts how often it was begun. */
function gate() {
  const open = Promise.withResolvers<void>();
  let begun = 0;
  return {
    begun: () => begun,
    open: open.resolve,
    pass: async () => {
      begun += 1;
      await open.promise;
    },
  };
}

test('a batch that takes much longer than the claim idle time is not taken over by a second replica', async () => {
  const [slow, other] = [gate(), gate()];
  other.open();
  const options = { limits: { claimIdleMs: CLAIM_IDLE_MS } };
  const first = await start([subscription(MetricRecorded, slow.pass, { inbox: false })], options);
  const second = await start([subscription(MetricRecorded, other.pass, { inbox: false })], {
    ...options,
    databaseUrl: first.databaseUrl,
    prefix: first.prefix,
    instanceId: 'storage-2',
  });
  first.bus.start();
  await first.send([message('long')]);
  await waitFor(() => slow.begun() === 1);
  second.bus.start();
  const sinceMs = performance.now();
  // The second replica handles this one, so it reads, and looks for abandoned entries, all the while.
  await waitFor(() => performance.now() - sinceMs > CLAIM_IDLE_MS * 5);
  expect([slow.begun(), other.begun()]).toEqual([1, 0]);
  slow.open();
  await waitFor(async () => (await pendingOf(first)) === 0);
  expect([slow.begun(), other.begun()]).toEqual([1, 0]);
});

test('what a dead consumer held is taken over once it has been silent for the claim idle time', async () => {
  const handled: string[] = [];
  const recording = subscription(MetricRecorded, ({ name }) => Promise.resolve(void handled.push(name)));
  const consumer = await start([recording], { limits: { claimIdleMs: CLAIM_IDLE_MS } });
  const stream = streamKey(consumer.prefix, 'metric.recorded');
  await consumer.redis.xgroup('CREATE', stream, 'storage', '0', 'MKSTREAM');
  for (const one of numbered(30)) await consumer.send([one]);
  await consumer.redis.xreadgroup('GROUP', 'storage', 'the-dead', 'STREAMS', stream, '>');
  consumer.bus.start();
  await waitFor(() => handled.length >= 30);
  await waitFor(async () => (await pendingOf(consumer)) === 0);
  expect(handled).toHaveLength(30);
});

test('an entry that was trimmed away before it was handled is told of and let go, and the rest is handled', async () => {
  const handled: string[] = [];
  const trimmed: unknown[] = [];
  const nothing = (): void => undefined;
  const log = { info: nothing, warn: nothing, error: (facts: object) => void trimmed.push(facts) };
  const recording = subscription(MetricRecorded, ({ name }) => Promise.resolve(void handled.push(name)));
  const consumer = await start([recording], { log, limits: { claimIdleMs: CLAIM_IDLE_MS } });
  const stream = streamKey(consumer.prefix, 'metric.recorded');
  await consumer.redis.xgroup('CREATE', stream, 'storage', '0', 'MKSTREAM');
  for (const one of numbered(3)) await consumer.send([one]);
  for (const reader of ['storage-test', 'the-dead']) {
    await consumer.redis.xreadgroup('GROUP', 'storage', reader, 'COUNT', 1, 'STREAMS', stream, '>');
  }
  const ids = (await consumer.redis.xrange(stream, '-', '+')).map(([id]) => id);
  await consumer.redis.xdel(stream, ...ids.slice(0, 2));
  consumer.bus.start();
  await waitFor(() => handled.length === 1);
  await waitFor(async () => (await pendingOf(consumer)) === 0);
  expect(handled).toEqual(['e2']);
  // One held by this consumer before, one by another.
  await waitFor(() => trimmed.length === 2);
  expect(trimmed).toEqual([
    { stream, entries: 1 },
    { stream, entries: 1 },
  ]);
});

test('reading ahead ends at two batches while a handler is slow', async () => {
  const held = gate();
  const slow = batchSubscription(MetricRecorded, held.pass, { batchSize: 10 });
  const consumer = await start([slow]);
  for (const one of numbered(100)) await consumer.send([one]);
  consumer.bus.start();
  await waitFor(() => held.begun() === 1);
  let last = -1;
  const isSteady = async () => {
    const before = last;
    last = await pendingOf(consumer);
    return before === last;
  };
  await waitFor(isSteady);
  expect(await pendingOf(consumer)).toBeLessThanOrEqual(30);
  held.open();
  await waitFor(async () => (await pendingOf(consumer)) === 0 && held.begun() >= 10);
});

test('as many batches run at once as the subscription allows, and no more', async () => {
  let [running, most] = [0, 0];
  const held = gate();
  const counting = batchSubscription(
    MetricRecorded,
    async () => {
      running += 1;
      most = Math.max(most, running);
      await held.pass();
      running -= 1;
    },
    { batchSize: 5, concurrency: 3 },
  );
  const consumer = await start([counting]);
  for (const one of numbered(60)) await consumer.send([one]);
  consumer.bus.start();
  await waitFor(() => held.begun() === 3);
  held.open();
  await waitFor(async () => held.begun() >= 12 && (await pendingOf(consumer)) === 0);
  expect(most).toBe(3);
});

test('a stop ends the batch under way, and gives back what was only read, so that another replica has it at once', async () => {
  const held = gate();
  const handled: string[] = [];
  const first = await start([batchSubscription(MetricRecorded, held.pass, { batchSize: 1 })]);
  const recording = subscription(MetricRecorded, ({ name }) => Promise.resolve(void handled.push(name)));
  const second = await start([recording], {
    databaseUrl: first.databaseUrl,
    prefix: first.prefix,
    instanceId: 'storage-2',
    limits: { claimIdleMs: 15_000 },
  });
  await first.send([message('under way')]);
  first.bus.start();
  await waitFor(() => held.begun() === 1);
  for (const one of numbered(2)) await first.send([one]);
  await waitFor(async () => (await pendingOf(first)) === 3);
  const stopped = first.bus.close();
  held.open();
  await stopped;
  expect(held.begun()).toBe(1);
  second.bus.start();
  await waitFor(() => handled.length === 2, { deadlineMs: 12_000 });
  expect(handled).toEqual(['e0', 'e1']);
});

test('a handler without an inbox gets events again after its failure, and what it publishes is committed', async () => {
  const seen: string[] = [];
  const bare = subscription(
    MetricRecorded,
    async ({ name }, context) => {
      seen.push(`${name} ${'tx' in context && context.tx !== undefined}`);
      if (seen.length === 1) throw new Error('not now');
      return Promise.resolve();
    },
    { inbox: false, retry: { firstDelayMs: 10 } },
  );
  const consumer = await start([bare]);
  consumer.bus.start();
  await consumer.send([message('bare')]);
  await waitFor(() => seen.length === 2);
  expect(seen).toEqual(['bare false', 'bare false']);
  expect(await consumer.db.write.query({ text: 'select * from storage.inbox', values: [] })).toEqual([]);
});

test('an event to be tried again is not acknowledged before a replica of Redis has its job', async () => {
  const warned: unknown[] = [];
  const nothing = (): void => undefined;
  const log = { info: nothing, error: nothing, warn: ({ err }: { err?: unknown }) => void warned.push(err) };
  const failing = subscription(MetricRecorded, () => Promise.reject(new Error('not now')));
  // There is none.
  const consumer = await start([failing], { log, replicasToAck: 1 });
  consumer.bus.start();
  await consumer.send([message('lost with the master')]);
  await waitFor(() => warned.some((error) => error instanceof TooFewReplicasError), { deadlineMs: 15_000 });
  expect(await pendingOf(consumer)).toBe(1);
});
