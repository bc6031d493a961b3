import { MetricRecorded } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { expect, test } from 'vitest';
import { subscription } from './index.ts';
import { startTestBus } from './test-bus.fixture.ts';

/** Only where a Docker engine runs that has, or can fetch, the images of the compose file. */
async function startImages() {
  try {
    await getContainerRuntimeClient();
    const [postgres, redis] = await Promise.all([
      new GenericContainer('postgres:18-alpine')
        .withEnvironment({ POSTGRES_USER: 'soc_storage', POSTGRES_PASSWORD: 'tests', POSTGRES_DB: 'soc' })
        .withExposedPorts(5432)
        .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
        .start(),
      new GenericContainer('redis:8-alpine').withExposedPorts(6379).start(),
    ]);
    return { postgres, redis };
  } catch {
    return undefined; // said by the skipped test below
  }
}

const images = await startImages();

test.skipIf(!images)(
  'the bus works over the official images of PostgreSQL and Redis (needs Docker and the images)',
  async () => {
    if (!images) return;
    const { postgres, redis } = images;
    const databaseUrl = `postgres://soc_storage:tests@${postgres.getHost()}:${postgres.getMappedPort(5432)}/soc`;
    const redisUrl = `redis://${redis.getHost()}:${redis.getMappedPort(6379)}`;
    const handled = subscription(MetricRecorded, async ({ name }, { tx, event }) => {
      await tx.query(sql`insert into storage.effects (event_id, note) values (${event.id}, ${name})`);
    });
    const consumer = await startTestBus('storage', [handled], { databaseUrl, redisUrl });
    const publisher = await startTestBus('analytics', [], { databaseUrl, redisUrl, prefix: consumer.prefix });
    consumer.bus.start();
    publisher.bus.start();
    await publisher.bus.publishEvent({
      eventType: 'metric.recorded',
      sourceService: 'analytics-service',
      payload: { name: 'image', value: 1, at: new Date().toISOString(), labels: {} },
    });
    await waitFor(async () => (await consumer.db.write.query(sql`select note from storage.effects`)).length === 1, {
      deadlineMs: 10_000,
    });
    expect(await consumer.bus.listDeadLetters(1)).toEqual([]);
    await Promise.all([consumer.close(), publisher.close()]);
    await Promise.all([postgres.stop(), redis.stop()]);
  },
);
