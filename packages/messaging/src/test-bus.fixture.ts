import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { createTestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { createEventBus, type EventBus, messagingMigrations, streamKey, type Subscription } from './index.ts';

export interface TestBus {
  readonly bus: EventBus;
  readonly db: DbCluster;
  readonly redis: Redis;
  readonly prefix: string;
  /** Event texts on a type's stream. */
  readonly stream: (type: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One service's end of the bus on a real PostgreSQL and a real Redis, with a table `effects (event_id, note)` to count in. */
export async function startTestBus(
  serviceName: ServiceName,
  subscriptions: readonly Subscription[],
  options: {
    readonly prefix?: string;
    readonly redisUrl?: string;
    readonly databaseUrl?: string;
    readonly instanceId?: string;
  } = {},
): Promise<TestBus & { readonly databaseUrl: string }> {
  const prefix = options.prefix ?? `test-${randomBytes(6).toString('hex')}`;
  const database = options.databaseUrl === undefined ? await createTestDatabase(serviceName) : undefined;
  const databaseUrl = database?.url ?? options.databaseUrl ?? '';
  await migrate({ url: databaseUrl, schema: serviceName, directories: [messagingMigrations] });
  const registry = createRegistry(serviceName, 'test');
  const db = createDbCluster({
    primaryUrl: databaseUrl,
    replicaUrls: [],
    applicationName: 'test',
    registry,
    onError: () => undefined,
  });
  await db.write.query({
    text: `create table if not exists ${serviceName}.effects (event_id text, note text)`,
    values: [],
  });
  const bus = createEventBus({
    serviceName,
    instanceId: options.instanceId ?? `${serviceName}-test`,
    db,
    redisUrl: options.redisUrl ?? inject('redisUrl'),
    prefix,
    registry,
    log: quiet,
    now: () => new Date(),
  });
  bus.subscribe(subscriptions);
  const redis = new Redis(inject('redisUrl'));
  return {
    bus,
    db,
    redis,
    prefix,
    databaseUrl,
    stream: async (type) =>
      (await redis.xrange(streamKey(prefix, type), '-', '+')).map(([, fields]) => fields[1] ?? ''),
    close: async () => {
      await bus.close();
      await db.close();
      redis.disconnect();
      await database?.drop();
    },
  };
}
