import { startClusterTopology, waitFor } from '@soc/fleet/testing';
import { onTestFinished, test } from 'vitest';
import {
  changeFact,
  countHandled,
  createFacts,
  createHandled,
  expectInOrder,
  factIds,
  recordingInOrder,
} from './ordered.fixture.ts';
import { startTestBus } from './test-bus.fixture.ts';

test(
  'order is kept across the types of a noun on a Redis Cluster, where each publish waits for a replica',
  { timeout: 240_000 },
  async () => {
    const cluster = await startClusterTopology();
    onTestFinished(async () => cluster[Symbol.asyncDispose]());
    const publisher = await startTestBus('alert', [], { redisUrl: cluster.url });
    onTestFinished(publisher.close);
    await createFacts(publisher);
    const subscriber = await startTestBus('storage', recordingInOrder(), {
      redisUrl: cluster.url,
      prefix: publisher.prefix,
    });
    onTestFinished(subscriber.close);
    await createHandled(subscriber);
    publisher.bus.start();
    subscriber.bus.start();
    const change = async (id: string): Promise<void> => {
      for (let time = 0; time < 20; time += 1) await changeFact(publisher, id);
    };
    await Promise.all(factIds(5).map(change));
    await waitFor(async () => (await countHandled(subscriber)) >= 5 * 20, { deadlineMs: 150_000 });
    await expectInOrder(subscriber, publisher);
    await waitFor(async () => (await publisher.bus.check()).outboxMessages === 0, { deadlineMs: 20_000 });
  },
);
