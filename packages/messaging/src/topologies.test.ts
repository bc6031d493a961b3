import { MetricRecorded } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import {
  type ClusterTopology,
  type SentinelTopology,
  startClusterTopology,
  startSentinelTopology,
  waitFor,
} from '@soc/fleet/testing';
import { test } from 'vitest';
import { subscription } from './index.ts';
import { queuePrefix, retryQueueName, streamKey } from './redis.ts';
import { startTestBus } from './test-bus.fixture.ts';

const EVENTS = 300;
/** The machine may be busy; what is waited for takes seconds. */
const DEADLINE_MS = 120_000;

/** Kills the master of a key with -9 and starts it again when another has taken over. */
async function replaceMaster(topology: SentinelTopology | ClusterTopology, key: string): Promise<void> {
  const old = 'sentinels' in topology ? await topology.master() : await topology.masterOf(key);
  await old.kill();
  if ('sentinels' in topology) await topology.failedOverFrom(old);
  else await topology.failedOverFrom(old, key);
  await old.start();
}

// Side by side: most of it is waiting for failovers.
test.for([
  ['a cluster', () => startClusterTopology()],
  ['Sentinels over TLS', () => startSentinelTopology({ usesTls: true })],
  ['a cluster over TLS', () => startClusterTopology({ usesTls: true })],
] as const)(
  'over %s every event has its effect once, also those tried again, while the masters of stream and queue are killed',
  { timeout: 300_000, concurrent: true },
  async ([, start], { expect, onTestFinished }) => {
    const topology = await start();
    onTestFinished(() => topology[Symbol.asyncDispose]());
    const redis = { redisUrl: topology.url, ...(topology.ca !== undefined && { redisAccess: { ca: topology.ca } }) };
    const tried = new Set<string>();
    const handled = subscription(MetricRecorded, async ({ name }, { tx, event }) => {
      await tx.query(sql`insert into storage.effects (event_id, note) values (${event.id}, ${name})`);
      if (!name.endsWith('7') || tried.has(name)) return;
      tried.add(name);
      throw new Error('not at the first try');
    });
    const consumer = await startTestBus('storage', [handled], redis);
    const publisher = await startTestBus('analytics', [], { ...redis, prefix: consumer.prefix });
    consumer.bus.start();
    publisher.bus.start();
    const publish = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        await publisher.bus.publishEvent({
          eventType: 'metric.recorded',
          sourceService: 'analytics-service',
          payload: { name: `metric-${index}`, value: index, at: new Date().toISOString(), labels: {} },
        });
      }
    };
    try {
      await publish(0, EVENTS / 3);
      const losingStream = replaceMaster(topology, streamKey(consumer.prefix, 'metric.recorded'));
      await publish(EVENTS / 3, (2 * EVENTS) / 3);
      await losingStream;
      const queue = `${queuePrefix(consumer.prefix)}:${retryQueueName('storage')}:meta`;
      const losingQueue = replaceMaster(topology, queue);
      await publish((2 * EVENTS) / 3, EVENTS);
      await losingQueue;

      const effects = () =>
        consumer.db.write.query<{ note: string; times: number }>(
          sql`select note, count(*)::int as times from storage.effects group by note`,
        );
      await waitFor(async () => (await effects()).length === EVENTS, { deadlineMs: DEADLINE_MS, everyMs: 250 });
      expect((await effects()).filter(({ times }) => times !== 1)).toEqual([]);
      expect(tried.size).toBe(EVENTS / 10);
      // Sent, and confirmed by a replica: one must have come back for that.
      await waitFor(async () => (await publisher.bus.check()).outboxMessages === 0, { deadlineMs: DEADLINE_MS });
    } finally {
      await Promise.all([consumer.close(), publisher.close()]);
    }
  },
);
