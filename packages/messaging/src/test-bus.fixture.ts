import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import { createDbCluster, type DbCluster, migrate, type Queryable, type SqlStatement } from '@soc/db-cluster';
import { createTestDatabase } from '@soc/fleet/testing';
import { createRegistry, type Registry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import {
  createEventBus,
  createKeyRing,
  createStreamPublisher,
  type EventBus,
  type EventBusOptions,
  messagingMigrations,
  newKeyRing,
  openFrame,
  streamKey,
  type Subscription,
} from './index.ts';

/** The keys of every test bus that is given none of its own. */
export const testRingData = newKeyRing();
const testKeyRing = createKeyRing(testRingData);

/** As the services of a fleet share theirs. */
const testTokenKeys = [Buffer.alloc(32, 'tests')];

export interface TestBus {
  readonly bus: EventBus;
  readonly db: DbCluster;
  readonly redis: Redis;
  readonly registry: Registry;
  readonly prefix: string;
  /** Event texts on a type's stream. */
  readonly stream: (type: string) => Promise<readonly string[]>;
  /** Writes events as analytics would, all in as few frames as possible. */
  readonly send: (messages: readonly { readonly type: string; readonly envelope: string }[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const watched = (db: DbCluster, onStatement: (text: string, transaction?: number) => void): DbCluster => {
  let transactions = 0;
  const watch = <Q extends Queryable>(queryable: Q, transaction?: number): Q => ({
    ...queryable,
    query: (statement: SqlStatement) => {
      onStatement(statement.text, transaction);
      return queryable.query(statement);
    },
  });
  return { ...db, write: watch(db.write), tx: (work) => db.tx((tx) => work(watch(tx, (transactions += 1)))) };
};

/** One service's end of the bus on a real PostgreSQL and a real Redis, with a table `effects (event_id, note)` to count in. */
export async function startTestBus(
  serviceName: ServiceName,
  subscriptions: readonly Subscription[],
  options: Partial<EventBusOptions> & {
    readonly databaseUrl?: string;
    readonly replicaUrl?: string;
    readonly poolSize?: number;
    /** Told of every statement of the bus and its handlers, and in which transaction it was. */
    readonly onStatement?: (text: string, transaction?: number) => void;
  } = {},
): Promise<TestBus & { readonly databaseUrl: string }> {
  const prefix = options.prefix ?? `test-${randomBytes(6).toString('hex')}`;
  const directories = [messagingMigrations];
  const database = options.databaseUrl === undefined ? await createTestDatabase(serviceName, directories) : undefined;
  const databaseUrl = database?.url ?? options.databaseUrl ?? '';
  if (!database) await migrate({ url: databaseUrl, schema: serviceName, directories });
  const registry = createRegistry(serviceName, 'test');
  const db = createDbCluster({
    primaryUrl: databaseUrl,
    replicaUrls: options.replicaUrl === undefined ? [] : [options.replicaUrl],
    tokenKeys: testTokenKeys,
    poolSize: options.poolSize ?? 8,
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
    instanceId: `${serviceName}-test`,
    redisUrl: inject('redisUrl'),
    keyRing: testKeyRing,
    log: quiet,
    now: () => new Date(),
    ...options,
    db: options.onStatement ? watched(db, options.onStatement) : db,
    prefix,
    registry,
  });
  bus.subscribe(subscriptions);
  const redis = new Redis(inject('redisUrl'));
  return {
    bus,
    db,
    redis,
    registry,
    prefix,
    databaseUrl,
    stream: async (type) => {
      const entries = await redis.xrangeBuffer(streamKey(prefix, type), '-', '+');
      return entries.flatMap(([, fields]) => {
        const opened = openFrame(testKeyRing, fields[1] ?? Buffer.alloc(0));
        return opened.ok ? opened.texts : [];
      });
    },
    send: (messages) =>
      createStreamPublisher({ keyRing: testKeyRing, redis, prefix, source: 'analytics' }).publish(
        messages.map((message) => ({ id: '', ...message })),
      ),
    close: async () => {
      await bus.close();
      await db.close();
      redis.disconnect();
      await database?.drop();
    },
  };
}
