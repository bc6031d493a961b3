import { MetricRecorded } from '@soc/contracts';
import { waitFor } from '@soc/fleet/testing';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createTrailRepository } from './audit-trail-repository.ts';
import { type Subscription, subscription } from './index.ts';
import { metric, metricMessage, operator, recordingMetrics } from './recorded-metrics.fixture.ts';
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

const trailOf = ({ bus, db }: TestBus, eventId: string) => bus.operations.trailOf(db.write, eventId);

const settled = (of: TestBus, eventId: string, outcome: string) =>
  waitFor(
    async () => {
      const trail = await trailOf(of, eventId);
      return trail.outcome === outcome && trail;
    },
    { deadlineMs: 15_000 },
  );

test('the publisher tells when an event went out, each receiver what became of it', async () => {
  const publisher = await start('analytics', []);
  const receiver = await start('storage', [recordingMetrics()], { prefix: publisher.prefix });
  publisher.bus.start();
  receiver.bus.start();
  const message = await publisher.db.tx(async (tx) => {
    const made = publisher.bus.outbox.message(MetricRecorded, metric('x'), {
      tenantId: 'default',
      subject: 's',
      correlationId: 'c',
    });
    await publisher.bus.outbox.publishMany(tx, [made]);
    return made;
  });
  await waitFor(async () => (await trailOf(publisher, message.id)).publishedAt);
  const sent = await trailOf(publisher, message.id);
  expect(sent).toMatchObject({
    outcome: null,
    attempts: 0,
    entries: [{ kind: 'published', instance: 'analytics-test' }],
  });
  const received = await settled(receiver, message.id, 'handled');
  expect(received).toMatchObject({
    publishedAt: null,
    attempts: 1,
    entries: [{ kind: 'handled', batch: 1, actor: null }],
  });
});

test('what a relay sends from the outbox itself is in the trail as well', async () => {
  const publisher = await start('analytics', []);
  // Before the start nothing is held in memory: the outbox is read.
  await publisher.db.tx((tx) => publisher.bus.outbox.publishMany(tx, [metricMessage('stored')]));
  const [row] = await publisher.db.write.query<{ envelope: string }>({
    text: 'select envelope from analytics.outbox',
    values: [],
  });
  const { id } = JSON.parse(row?.envelope ?? '') as { id: string };
  publisher.bus.start();
  expect((await waitFor(async () => (await trailOf(publisher, id)).entries[0])).kind).toBe('published');
});

test('failures, the burial and what people do follow one another in the trail, with attempts and names', async () => {
  let broken = true;
  const failing: Subscription = subscription(
    MetricRecorded,
    () => (broken ? Promise.reject(new Error('not now')) : Promise.resolve()),
    { retry: { maxAttempts: 3, firstDelayMs: 1, maxDelayMs: 1 } },
  );
  const consumer = await start('storage', [failing]);
  consumer.bus.start();
  const message = metricMessage('poison');
  await consumer.send([message]);
  const dead = await settled(consumer, message.id, 'dead');
  expect(dead.attempts).toBe(3);
  expect(dead.entries.map(({ kind, attempt }) => [kind, attempt])).toEqual([
    ['failed', 1],
    ['failed', 2],
    ['buried', 3],
  ]);
  expect(dead.entries.at(-1)).toMatchObject({ reasonCode: 'handler_failed', reason: 'not now', actor: null });
  const { deadLetters } = consumer.bus.operations;
  await deadLetters.inspect(message.id, operator);
  await deadLetters.replay(message.id, operator);
  broken = false;
  await deadLetters.replay(message.id, operator);
  const replayed = await trailOf(consumer, message.id);
  expect(replayed).toMatchObject({ outcome: 'replayed', attempts: 5 });
  expect(replayed.entries.slice(3).map(({ kind, actor }) => [kind, actor])).toEqual([
    ['inspected', operator],
    ['replay_failed', operator],
    ['replayed', operator],
  ]);
});

test('an event of no concern is told as ignored, and one that is refused with its reason', async () => {
  const consumer = await start('storage', [
    subscription(MetricRecorded, () => Promise.resolve(), { concerns: ({ name }) => name !== 'dull' }),
  ]);
  consumer.bus.start();
  const [dull, theirs, odd] = [
    metricMessage('dull'),
    metricMessage('x', { targetService: 'ai' }),
    metricMessage('odd'),
  ];
  await consumer.send([dull, theirs, { ...odd, envelope: odd.envelope.replace('"value":1', '"value":"one"') }]);
  for (const { id } of [dull, theirs]) {
    expect(await settled(consumer, id, 'ignored')).toMatchObject({ attempts: 0, entries: [{ kind: 'ignored' }] });
  }
  expect(await settled(consumer, odd.id, 'dead')).toMatchObject({
    attempts: 0,
    entries: [{ kind: 'refused', reasonCode: 'invalid' }],
  });
});

test('every event of any batch is found by its id, and no other', async () => {
  const { db } = await start('storage', []);
  const trail = createTrailRepository('storage', 'here');
  const id = fc.uuid({ version: 7 });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(id, { minLength: 2, maxLength: 600 }), async ([absent = '', ...eventIds]) => {
      await trail.append(db.write, [{ kind: 'published', type: 'metric.recorded', eventIds }]);
      for (const eventId of eventIds.slice(0, 5)) expect(await trail.entriesOf(db.write, eventId)).toHaveLength(1);
      expect(await trail.entriesOf(db.write, absent)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test('what is older than it is kept is forgotten, batch by batch, and nothing else', async () => {
  const { db } = await start('storage', []);
  const trail = createTrailRepository('storage', 'here');
  const hour = 3_600_000;
  const old = Array.from({ length: 25 }, () => metricMessage('old', {}, new Date(Date.now() - 3 * hour)).id);
  const young = metricMessage('young').id;
  for (const id of [...old, young]) {
    await trail.append(db.write, [{ kind: 'handled', type: 'metric.recorded', eventIds: [id] }]);
  }
  // A letter of long ago that was discarded just now: the act is young.
  await db.write.query({
    text: `update storage.bus_trail set at = now() - interval '2 hours' where first_id <> $1`,
    values: [old[0]],
  });
  expect(await trail.forget(db.write, Date.now() - hour, 20)).toBe(20);
  expect(await trail.forget(db.write, Date.now() - hour, 20)).toBe(4);
  const left = await db.write.query<{ first_id: string }>({
    text: 'select first_id from storage.bus_trail order by 1',
    values: [],
  });
  expect(left.map(({ first_id }) => first_id)).toEqual([old[0], young]);
});
