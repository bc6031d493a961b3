import { AlertUpdated, MetricRecorded } from '@soc/contracts';
import { exampleAlert, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, onTestFinished, test } from 'vitest';
import { createTrailRepository } from './audit-trail-repository.ts';
import { createBusRepository } from './bus-repository.ts';
import type { Message } from './envelope.ts';
import { createOrderedOutboxRepository } from './ordered-outbox-repository.ts';
import { createOutbox } from './outbox.ts';
import { createRelay } from './relay.ts';
import { startTestBus } from './test-bus.fixture.ts';

const meta = { tenantId: 'default', subject: 's', correlationId: 'c' };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A relay on a real outbox, whose sends `publish` does. */
async function startRelay(publish: (messages: readonly Message[]) => Promise<void>) {
  const { db, close } = await startTestBus('alert', []);
  onTestFinished(close);
  const repository = createBusRepository('alert');
  const ordered = createOrderedOutboxRepository('alert');
  const heard = { rings: 0 };
  const relay = createRelay({
    db,
    repository,
    ordered,
    trail: createTrailRepository('alert', 'alert-1'),
    publisher: { publish },
    pollMs: 60_000,
    ringBell: () => (heard.rings += 1),
    log: quiet,
    registry: createRegistry('alert', 'relay-stop'),
  });
  const now = () => new Date();
  const outbox = createOutbox({ repository, ordered, source: 'alert', now, onCommitted: relay.hand });
  const change = (version: number) =>
    db.tx((tx) => outbox.publish(tx, AlertUpdated, { alert: exampleAlert({ version }), changed: ['score'] }, meta));
  const isSent = async () => (await repository.backlog(db.write)).messages === 0;
  return { relay, outbox, db, heard, change, isSent };
}

const versionOf = ({ envelope }: Message): number =>
  (JSON.parse(envelope) as { data: { alert: { version: number } } }).data.alert.version; // what `change` has published

test('a stop after a failed send sends what failed, and before what must follow it', async () => {
  const sent: number[] = [];
  const sending = Promise.withResolvers<void>();
  const redis = Promise.withResolvers<void>();
  let isAway = true;
  const { relay, change, isSent } = await startRelay(async (messages) => {
    const versions = messages.map(versionOf);
    if (isAway && versions.includes(2)) {
      sending.resolve();
      await redis.promise;
    }
    sent.push(...versions);
  });
  relay.start();
  await change(1);
  await waitFor(isSent);
  await change(2);
  await sending.promise;
  await change(3);
  const stopped = relay.stop();
  isAway = false;
  redis.reject(new Error('redis went away'));
  await stopped;
  expect(sent.filter((version) => version > 1)).toEqual([2, 3]);
});

test('a stop sends all that was committed before it, however much', async () => {
  let sent = 0;
  const sending = Promise.withResolvers<void>();
  const redis = Promise.withResolvers<void>();
  const { relay, db, outbox, isSent } = await startRelay(async ({ length }) => {
    sending.resolve();
    await redis.promise;
    sent += length;
  });
  const labels = {};
  const metric = outbox.message(MetricRecorded, { name: 'm', value: 1, at: new Date().toISOString(), labels }, meta);
  await db.tx((tx) => outbox.publishMany(tx, Array<Message>(1_700).fill(metric)));
  relay.start();
  await sending.promise;
  const stopped = relay.stop();
  redis.resolve();
  await stopped;
  expect(sent).toBe(1_700);
  expect(await isSent()).toBe(true);
});

test('what is committed after a stop is announced to other relays', async () => {
  const { relay, heard, change } = await startRelay(async () => undefined);
  relay.start();
  await relay.stop();
  expect(heard.rings).toBe(0);
  await change(1);
  expect(heard.rings).toBe(1);
});
