import { AlertCreated } from '@soc/contracts';
import { createDbCluster, type DbCluster, sql } from '@soc/db-cluster';
import {
  batchSubscription,
  createEventBus,
  createKeyRing,
  createMessage,
  createStreamPublisher,
  type Subscription,
  subscription,
} from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import type { BenchPayload, Contender, Endpoints, Group, Topic } from './contender.ts';

const META = { tenantId: 'default', subject: 'bench', correlationId: 'bench' };

/** Publisher and consumers are processes of their own and need the same key. */
const keyRing = createKeyRing({ current: 'bench', keys: { bench: Buffer.alloc(32, 'bench').toString('base64') } });

const log = {
  info: () => undefined,
  warn: (fields: object, message: string) => console.warn(message, fields),
  error: (fields: object, message: string) => console.error(message, fields),
};

const openPublisher: Contender['openPublisher'] = async ({ redisUrl }, { name }) => {
  const redis = new Redis(redisUrl);
  await redis.ping();
  const publisher = createStreamPublisher({ keyRing, redis, prefix: name, source: 'alert' });
  return {
    publish: async (payloads) => {
      const now = new Date();
      const messages = payloads.map((payload) => createMessage(AlertCreated, payload, META, { source: 'alert', now }));
      await publisher.publish(messages);
    },
    close: async () => redis.disconnect(),
  };
};

const openDb = (url: string, group: Group): DbCluster =>
  createDbCluster({
    primaryUrl: url,
    replicaUrls: [],
    applicationName: 'bench',
    registry: createRegistry(group, 'bench'),
    onError: (error) => console.error(error),
  });

function startBus(db: DbCluster, { redisUrl }: Endpoints, topic: Topic, group: Group, one: Subscription) {
  const bus = createEventBus({
    serviceName: group,
    instanceId: `${group}-bench`,
    db,
    redisUrl,
    prefix: topic.name,
    keyRing,
    registry: createRegistry(group, 'bench'),
    log,
    now: () => new Date(),
  });
  bus.subscribe([one]);
  bus.start();
  return async () => {
    await bus.close();
    await db.close();
  };
}

/** The bus of this repository, encrypted and validated at both ends, with a handler that says it is idempotent by itself. */
export const ours: Contender = {
  openPublisher,
  openConsumer: async (endpoints, topic, group, handle) => {
    const db = openDb(endpoints.databaseUrls[group] ?? '', group);
    const counting = subscription(AlertCreated, async (payload) => handle(payload), { inbox: false });
    return startBus(db, endpoints, topic, group, counting);
  },
};

/** The same with the inbox: event ids and a row of the handler's own for each event are committed together. */
export const oursInbox: Contender = {
  openPublisher,
  openConsumer: async (endpoints, topic, group, handle) => {
    const db = openDb(endpoints.databaseUrls[group] ?? '', group);
    const recording = batchSubscription(AlertCreated, async (items, { tx }) => {
      const ids = items.map(({ event }) => event.id);
      const payloads = items.map(({ payload }): BenchPayload => payload);
      await tx.query(sql`insert into effects (event_id) select unnest(${ids}::uuid[])`);
      tx.afterCommit(() => payloads.forEach(handle));
    });
    return startBus(db, endpoints, topic, group, recording);
  },
};
