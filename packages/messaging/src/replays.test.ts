import { MetricRecorded } from '@soc/contracts';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { batchSubscription, streamKey } from './index.ts';
import { effectsIn, metricMessage, operator, recordingMetrics } from './recorded-metrics.fixture.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

const closing: TestBus[] = [];
const start = async (...args: Parameters<typeof startTestBus>) => {
  const started = await startTestBus(...args);
  closing.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const BY = { deadlineMs: 15_000 };
const anHourAgo = () => new Date(Date.now() - 3_600_000);

const effectsAre = (of: TestBus, expected: readonly string[]) =>
  waitFor(async () => (await effectsIn(of.db)).length >= expected.length, BY).then(async () =>
    expect(await effectsIn(of.db)).toEqual(expected.toSorted()),
  );

/** Starts a replay of the last hour, and waits for its end. */
async function replay({ bus, db }: TestBus, range: { from?: Date; to?: Date } = {}) {
  const started = await bus.operations.startReplay(
    { type: 'metric.recorded', from: range.from ?? anHourAgo(), to: range.to },
    operator,
  );
  if (!started.ok) throw new Error(started.refusal);
  return waitFor(async () => {
    const found = await bus.operations.findReplay(db.write, started.replay.id);
    return found?.state !== 'running' && found;
  }, BY);
}

test('a replay gives one service the events of the range once more, past its inbox, and no other service', async () => {
  const consumer = await start('storage', [recordingMetrics()]);
  const other = await start('ai', [], { prefix: consumer.prefix });
  let seenElsewhere = 0;
  other.bus.subscribe([batchSubscription(MetricRecorded, async (items) => void (seenElsewhere += items.length))]);
  consumer.bus.start();
  other.bus.start();
  await consumer.send(['a', 'b', 'c'].map((name) => metricMessage(name)));
  await effectsAre(consumer, ['a', 'b', 'c']);
  await waitFor(() => seenElsewhere === 3);
  const done = await replay(consumer);
  expect(done).toMatchObject({
    state: 'done',
    progress: 1,
    handled: 3,
    ignored: 0,
    failed: 0,
    missingBefore: null,
    error: null,
  });
  expect(await effectsIn(consumer.db)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  expect(seenElsewhere).toBe(3);
  const trail = await consumer.bus.operations.trailOf(consumer.db.write, metricMessage('unknown').id);
  expect(trail.entries).toEqual([]);
});

test('a replay reads only its time range, and events however old are not stale to it', async () => {
  const consumer = await start('storage', [recordingMetrics()]);
  const stream = streamKey(consumer.prefix, 'metric.recorded');
  consumer.bus.start();
  const aMonthAgo = new Date(Date.now() - 30 * 86_400_000);
  await consumer.send([metricMessage('early', {}, aMonthAgo)]);
  await waitFor(async () => (await consumer.bus.listDeadLetters(1))[0]?.reasonCode === 'stale', BY);
  const [entry] = await consumer.redis.xrange(stream, '-', '+');
  const earlyMs = Number(entry?.[0].split('-')[0]);
  await waitFor(() => Date.now() > earlyMs + 5);
  const between = new Date();
  await waitFor(() => Date.now() > between.getTime() + 5);
  await consumer.send([metricMessage('late')]);
  await effectsAre(consumer, ['late']);
  expect(await replay(consumer, { to: between })).toMatchObject({ state: 'done', handled: 1 });
  expect(await effectsIn(consumer.db)).toEqual(['early', 'late']);
});

test('a replay tells from when on the stream still held events', async () => {
  const consumer = await start('storage', [recordingMetrics()]);
  const stream = streamKey(consumer.prefix, 'metric.recorded');
  consumer.bus.start();
  for (const name of ['gone', 'kept']) await consumer.send([metricMessage(name)]);
  await effectsAre(consumer, ['gone', 'kept']);
  await consumer.redis.xtrim(stream, 'MAXLEN', 1);
  const [kept] = await consumer.redis.xrange(stream, '-', '+');
  const keptAt = new Date(Number(kept?.[0].split('-')[0]));
  expect(await replay(consumer)).toMatchObject({ handled: 1, missingBefore: keptAt.toISOString() });
  expect(await replay(consumer, { from: keptAt })).toMatchObject({ missingBefore: keptAt.toISOString() });
  await consumer.redis.xtrim(stream, 'MAXLEN', 0);
  const empty = await replay(consumer);
  expect(empty).toMatchObject({ state: 'done', handled: 0 });
  expect(empty.missingBefore).toBe(empty.to);
});

test('an event that fails in a replay becomes a dead letter that can be replayed; the others have their effect', async () => {
  let broken = false;
  const consumer = await start('storage', [
    recordingMetrics((name) => {
      if (broken && name === 'bad') throw new Error('not this time');
    }),
  ]);
  consumer.bus.start();
  const messages = ['x', 'bad', 'y'].map((name) => metricMessage(name));
  await consumer.send(messages);
  await effectsAre(consumer, ['bad', 'x', 'y']);
  broken = true;
  expect(await replay(consumer)).toMatchObject({ state: 'done', handled: 2, failed: 1 });
  const [letter] = await consumer.bus.listDeadLetters(10);
  expect(letter).toMatchObject({ eventId: messages[1]?.id, reasonCode: 'handler_failed', reason: 'not this time' });
  broken = false;
  expect(await consumer.bus.operations.deadLetters.replay(letter?.eventId ?? '', operator)).toMatchObject({
    outcome: 'replayed',
  });
  expect(await effectsIn(consumer.db)).toEqual(['bad', 'bad', 'x', 'x', 'y', 'y']);
});

test('of a frame with an event that is none a replay gives the others to the handler, and buries the one', async () => {
  const consumer = await start('storage', [recordingMetrics()]);
  const [first, bad, last] = ['first', 'bad', 'last'].map((name) => metricMessage(name));
  if (!first || !bad || !last) throw new Error('three were made');
  await consumer.send([first, { ...bad, envelope: bad.envelope.replace('"value":1', '"value":"none"') }, last]);
  expect(await consumer.redis.xlen(streamKey(consumer.prefix, 'metric.recorded'))).toBe(1);
  consumer.bus.start();
  await effectsAre(consumer, ['first', 'last']);
  expect(await replay(consumer)).toMatchObject({ state: 'done', handled: 2, failed: 1 });
  expect(await effectsIn(consumer.db)).toEqual(['first', 'first', 'last', 'last']);
  expect(await consumer.bus.listDeadLetters(10)).toMatchObject([{ eventId: bad.id, reasonCode: 'invalid' }]);
});

test('an event that lies on its stream twice has one effect in a replay', async () => {
  const consumer = await start('storage', [recordingMetrics()]);
  consumer.bus.start();
  const twice = metricMessage('twice');
  await consumer.send([twice]);
  // More than a step of others lies in between.
  const between = Array.from({ length: 120 }, (_, index) => metricMessage(`m${index}`));
  await consumer.send(between);
  await consumer.send([twice]);
  await waitFor(async () => (await effectsIn(consumer.db)).length === 121, BY);
  expect(await replay(consumer)).toMatchObject({ handled: 121 });
  expect((await effectsIn(consumer.db)).filter((name) => name === 'twice')).toHaveLength(2);
});

test('a replay can be cancelled; what it has done stays done, and another may begin', async () => {
  const opening = Promise.withResolvers<void>();
  let held = false;
  let handlers = 0;
  const consumer = await start('storage', [
    recordingMetrics(async () => {
      handlers += 1;
      if (held && handlers > 250) await opening.promise;
    }),
  ]);
  consumer.bus.start();
  await consumer.send(Array.from({ length: 150 }, (_, index) => metricMessage(`m${index}`)));
  await waitFor(async () => (await effectsIn(consumer.db)).length === 150, BY);
  held = true;
  const { operations } = consumer.bus;
  const range = { type: 'metric.recorded', from: anHourAgo(), to: undefined };
  const started = await operations.startReplay(range, operator);
  if (!started.ok) throw new Error(started.refusal);
  expect(await operations.startReplay(range, operator)).toEqual({ ok: false, refusal: 'replay_running' });
  await waitFor(() => handlers > 250, BY);
  const cancelled = await operations.cancelReplay(started.replay.id, operator);
  expect(cancelled).toMatchObject({ ok: true, replay: { state: 'cancelled', handled: 100 } });
  // The step under way is undone.
  held = false;
  opening.resolve();
  expect(await operations.cancelReplay(started.replay.id, operator)).toEqual({ ok: false, refusal: 'ended' });
  expect(await replay(consumer)).toMatchObject({ state: 'done', handled: 150 });
  expect(await effectsIn(consumer.db)).toHaveLength(150 + 100 + 150);
});

test('a type that the service does not hear is not replayed to it', async () => {
  const consumer = await start('storage', []);
  const started = await consumer.bus.operations.startReplay(
    { type: 'metric.recorded', from: anHourAgo(), to: undefined },
    operator,
  );
  expect(started).toEqual({ ok: false, refusal: 'not_subscribed' });
});
