import { AlertCreated, MetricRecorded, type PayloadOf } from '@soc/contracts';
import { exampleAlert, waitFor } from '@soc/fleet/testing';
import { afterEach, expect, test } from 'vitest';
import {
  createKeyRing,
  createMessage,
  createStreamPublisher,
  newKeyRing,
  type Subscription,
  subscription,
} from './index.ts';
import { countHandled, createHandled, factIds, recordingInOrder } from './ordered.fixture.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const closing: TestBus[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const origin = { tenantId: 'default', correlationId: 'c' };

/** All statements of a subscriber that handles one batch of three events, and those of the batch's transaction. */
async function statementsOf(subscriptions: readonly Subscription[]) {
  const all: { readonly text: string; readonly transaction: number | undefined }[] = [];
  const keyRing = createKeyRing(newKeyRing());
  const subscriber = await startTestBus('storage', subscriptions, {
    keyRing,
    onStatement: (text, transaction) => all.push({ text: text.replaceAll(/\s+/g, ' ').trim(), transaction }),
  });
  closing.push(subscriber);
  await createHandled(subscriber);
  const messages = factIds(3).map((id) =>
    createMessage(
      AlertCreated,
      { alert: exampleAlert({ id }) },
      { ...origin, subject: id },
      { source: 'alert', now: new Date() },
    ),
  );
  const { redis, prefix } = subscriber;
  await createStreamPublisher({ keyRing, redis, prefix, source: 'alert' }).publish(messages);
  subscriber.bus.start();
  await waitFor(async () => (await countHandled(subscriber)) === 3, { deadlineMs: 20_000 });
  await subscriber.bus.close();
  const batches = new Set(all.filter(({ text }) => text.includes('.inbox')).map(({ transaction }) => transaction));
  const ofBatch = all.filter(({ transaction }) => transaction !== undefined && batches.has(transaction));
  return { all: all.map(({ text }) => text), ofBatch: ofBatch.map(({ text }) => text) };
}

/** Without the look, once a minute, for what an earlier version of the service left waiting. */
const ofOrder = (text: string): boolean => text.includes('ordered_') && !text.startsWith('select noun, count(*)');

test('a subscription that asks for no order costs no statement more than before; one that does costs its batch one', async () => {
  const unordered = recordingInOrder().map((of) => ({ ...of, isOrdered: false }));
  const without = await statementsOf(unordered);
  expect(without.all.filter(ofOrder)).toEqual([]);
  expect(without.ofBatch.filter((text) => text.includes('.handled'))).toHaveLength(3);
  const withOrder = await statementsOf(recordingInOrder());
  expect(withOrder.ofBatch.filter((text) => !ofOrder(text))).toEqual(without.ofBatch);
  expect(withOrder.ofBatch.filter(ofOrder)).toEqual([expect.stringContaining('for key share')]);
});

test('a type that is not ordered is published as ever: one statement, without a subject', async () => {
  const statements: string[] = [];
  const publisher = await startTestBus('analytics', [], { onStatement: (text) => statements.push(text) });
  closing.push(publisher);
  const payload: PayloadOf<typeof MetricRecorded> = { name: 'a', value: 1, at: new Date().toISOString(), labels: {} };
  publisher.bus.start();
  await publisher.db.tx((tx) => {
    const query: typeof tx.query = (statement) => {
      statements.push(statement.text);
      return tx.query(statement);
    };
    return publisher.bus.outbox.publish({ ...tx, query }, MetricRecorded, payload, { ...origin, subject: 's' });
  });
  await waitFor(async () => (await publisher.stream('metric.recorded')).length === 1);
  const appended = statements.filter((text) => /insert into \S*outbox\b/.test(text));
  expect(appended).toHaveLength(1);
  expect(appended[0]).not.toContain('subject');
  expect(statements.filter((text) => text.includes('pg_advisory_xact_lock') || text.includes('outbox_unsent'))).toEqual(
    [],
  );
});

test('an ordered subscription is one by its option alone', () => {
  const nothing = (): Promise<void> => Promise.resolve();
  expect(subscription(AlertCreated, nothing).isOrdered).toBe(false);
  expect(subscription(AlertCreated, nothing, { order: 'subject' }).isOrdered).toBe(true);
});
