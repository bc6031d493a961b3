import { MetricRecorded, type PayloadOf } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, test } from 'vitest';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const closing: TestBus[] = [];
const start = async (options: Parameters<typeof startTestBus>[2] = {}) => {
  const started = await startTestBus('analytics', [], options);
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
const commit = ({ db, bus }: TestBus, name: string) =>
  db.tx((tx) => bus.outbox.publish(tx, MetricRecorded, metric(name), meta));
const sent = async (of: TestBus) => (await of.stream('metric.recorded')).length;

const NEVER_MS = 24 * 60 * 60 * 1000;

test('what a process without a relay commits is announced, and another relay sends it before any poll', async () => {
  const relaying = await start({ limits: { outboxPollMs: NEVER_MS } });
  relaying.bus.start();
  await commit(relaying, 'own');
  await waitFor(async () => (await sent(relaying)) === 1);
  const { databaseUrl, prefix } = relaying;
  const silent = await start({ databaseUrl, prefix, instanceId: 'analytics-2' });
  await commit(silent, 'announced');
  await waitFor(async () => (await sent(relaying)) === 2);
  // It is sent before it is taken out.
  await waitFor(async () => (await relaying.bus.check()).outboxMessages === 0);
  expect(await sent(relaying)).toBe(2);
});

test('what a crash left behind, and nobody announced, is found by the poll', async () => {
  const relaying = await start();
  relaying.bus.start();
  await commit(relaying, 'own');
  await waitFor(async () => (await sent(relaying)) === 1);
  const { envelope } = relaying.bus.outbox.message(MetricRecorded, metric('left'), meta);
  await relaying.db.write.query(sql`
    insert into analytics.outbox (type, envelope, created_at)
    values (${MetricRecorded.type}, ${envelope}, now() - interval '1 minute')`);
  await waitFor(async () => (await sent(relaying)) > 1);
  expect(await sent(relaying)).toBe(2);
});

test('what a crash left behind is found by the poll also while another process commits without a pause', async () => {
  const relaying = await start({ limits: { outboxPollMs: 500 } });
  relaying.bus.start();
  await commit(relaying, 'own');
  await waitFor(async () => (await sent(relaying)) === 1);
  const leaveBehind = async () => {
    const { id, envelope } = relaying.bus.outbox.message(MetricRecorded, metric('left'), meta);
    await relaying.db.write.query(sql`
      insert into analytics.outbox (type, envelope, created_at)
      values (${MetricRecorded.type}, ${envelope}, now() - interval '1 minute')`);
    return async () => (await relaying.stream('metric.recorded')).some((text) => text.includes(id));
  };
  // The first may be found because the bell was heard for the first time.
  await waitFor(await leaveBehind());
  const isFound = await leaveBehind();
  for (const untilMs = Date.now() + 10_000; !(await isFound()) && Date.now() < untilMs;) {
    for (let more = 0; more < 20; more += 1) await commit(relaying, 'steady');
  }
  expect(await isFound()).toBe(true);
});

test('a relay with a single database connection sends what others left behind', async () => {
  const silent = await start();
  await commit(silent, 'left');
  const { databaseUrl, prefix } = silent;
  const relaying = await start({ databaseUrl, prefix, instanceId: 'analytics-2', poolSize: 1 });
  relaying.bus.start();
  await waitFor(async () => (await sent(relaying)) > 0);
  expect(await sent(relaying)).toBe(1);
});

test('an event that too few replicas of Redis have stays in the outbox, and is in health and metrics', async () => {
  const lonely = await start({ replicasToAck: 1 });
  lonely.bus.start();
  await commit(lonely, 'unsafe');
  await waitFor(async () => (await sent(lonely)) > 0);
  expect(await lonely.bus.check()).toMatchObject({ outboxMessages: 1 });
  expect(await lonely.registry.metrics()).toMatch(/soc_outbox_messages\{[^}]*\} 1\n[^]*soc_outbox_oldest_seconds/);
  const { databaseUrl, prefix } = lonely;
  const content = await start({ databaseUrl, prefix, instanceId: 'analytics-2' });
  content.bus.start();
  await waitFor(async () => (await content.bus.check()).outboxMessages === 0, { deadlineMs: 20_000 });
});
