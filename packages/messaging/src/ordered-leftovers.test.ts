import { sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, test } from 'vitest';
import { createOrderedRepository } from './ordered-repository.ts';
import {
  changeFact,
  countHandled,
  createFacts,
  createHandled,
  factIds,
  handled,
  recordingInOrder,
} from './ordered.fixture.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const closing: TestBus[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const start = async (...args: Parameters<typeof startTestBus>) => {
  const started = await startTestBus(...args);
  closing.push(started);
  return started;
};

const waiting = ({ db }: TestBus) => db.write.query(sql`select type from storage.ordered_waiting order by id`);

/** A subscriber with an alert that was created, and changed, behind a failure; it still runs. */
async function startWithWaiting() {
  const publisher = await start('alert', []);
  await createFacts(publisher);
  publisher.bus.start();
  const failing = recordingInOrder(
    () => {
      throw new Error('not now');
    },
    { firstDelayMs: 600_000, maxDelayMs: 600_000 },
  );
  const ordered = await start('storage', failing, { prefix: publisher.prefix });
  await createHandled(ordered);
  ordered.bus.start();
  const [id = ''] = factIds(1);
  await changeFact(publisher, id);
  await changeFact(publisher, id);
  await waitFor(async () => (await waiting(ordered)).length === 2, { deadlineMs: 45_000 });
  const { databaseUrl, prefix } = ordered;
  return { ordered, id, beside: { databaseUrl, prefix, instanceId: 'storage-2' } };
}

const unordered = () => recordingInOrder().map((of) => ({ ...of, isOrdered: false }));

test(
  'what waits in order when a service asks for none any more is handled, or a dead letter when nothing subscribes',
  { timeout: 150_000 },
  async () => {
    const { ordered, id, beside } = await startWithWaiting();
    await ordered.bus.close();
    const next = await start('storage', unordered().slice(0, 1), beside);
    next.bus.start();
    await waitFor(async () => (await countHandled(next)) === 1, { deadlineMs: 45_000 });
    expect(await handled(next)).toEqual([{ subject: id, version: 1 }]);
    await waitFor(async () => (await waiting(next)).length === 0, { deadlineMs: 45_000 });
    const letters = await next.bus.listDeadLetters(10);
    expect(letters).toMatchObject([{ type: 'alert.updated', reason: 'no subscription for this type any more' }]);
  },
);

test('what a replica still handles in order stays its own, and is shown', { timeout: 150_000 }, async () => {
  const { ordered, beside } = await startWithWaiting();
  const looked = Promise.withResolvers<void>();
  const next = await start('storage', unordered(), {
    ...beside,
    onStatement: (text) => {
      if (text.includes('ordered_leases') && text.includes('expires_at <= now()')) looked.resolve();
    },
  });
  next.bus.start();
  await looked.promise;
  await next.bus.close();
  expect(await waiting(ordered)).toHaveLength(2);
  expect(await createOrderedRepository('storage').countWaiting(ordered.db.write)).toHaveLength(1);
  expect(await next.registry.metrics()).toMatch(/soc_ordered_events_waiting\{noun="alert".*\} 2/);
});
