import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { createSharedTestDatabase, waitFor } from '@soc/fleet/testing';
import { messagingMigrations, newKeyRing } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import {
  BATCHES,
  countFacts,
  countOutbox,
  createEffects,
  createFacts,
  EVENTS,
  type Letter,
  readEffects,
  readLetters,
} from './chaos-facts.ts';
import { type BusWorker, createBusWorker } from './worker.ts';
import type { HandlerTemper, WorkerRole } from './worker-role.ts';

/** The services that subscribe; notification asks for order per subject and has two replicas. */
const SUBSCRIBERS = ['ai', 'analytics', 'notification'] as const;
export type Subscriber = (typeof SUBSCRIBERS)[number];

const PUBLISHERS = 3;
/** For each step; a quiet machine needs seconds. */
const SETTLED_WITHIN_MS = 420_000;
/** Of a whole test. */
export const PATIENTLY = { timeout: 900_000 };

/** 10,000 events from three publishing processes to three subscribing services, effects counted in PostgreSQL. */
export interface BusChaos {
  readonly subscribers: typeof SUBSCRIBERS;
  readonly publishers: readonly [BusWorker, ...BusWorker[]];
  readonly replicasOf: (service: Subscriber) => readonly [BusWorker, ...BusWorker[]];
  /** Looks past the bus, as the superuser. */
  readonly db: DbCluster;
  /** Starts all processes. */
  readonly start: (changes?: {
    readonly publisher?: Partial<WorkerRole>;
    readonly subscriber?: Partial<WorkerRole>;
  }) => Promise<void>;
  /** Waits until so many events are committed by the publishers. */
  readonly committed: (events: number) => Promise<void>;
  /** Waits until a service has the effects of so many events. */
  readonly handled: (service: Subscriber, events: number) => Promise<void>;
  /** Messages in the publishers' outbox. */
  readonly outbox: () => Promise<number>;
  /** Waits until all events are committed and each service has the effects of so many of them. */
  readonly settled: (events: number) => Promise<void>;
  /** Waits until so many events of a service are dead letters. */
  readonly buried: (service: Subscriber, letters: number) => Promise<readonly Letter[]>;
  /** Stops all processes: what would come twice has had its chance. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function prepareDatabase() {
  const services: readonly ServiceName[] = ['alert', ...SUBSCRIBERS];
  const database = await createSharedTestDatabase(services);
  for (const service of services) {
    await migrate({ url: database.urlOf(service), schema: service, directories: [messagingMigrations] });
    const db = openDb(database.urlOf(service));
    await (service === 'alert' ? createFacts(db.write) : createEffects(db.write, service));
    await db.close();
  }
  return database;
}

const openDb = (url: string): DbCluster =>
  createDbCluster({
    primaryUrl: url,
    replicaUrls: [],
    poolSize: 2,
    applicationName: 'chaos',
    registry: createRegistry('chaos', 'chaos'),
    onError: () => undefined,
  });

/** Prepares a database and the processes on it; none runs before `start`. `temper` is that of every handler. */
export async function prepareBusChaos(redisUrl: string, temper: Partial<HandlerTemper> = {}): Promise<BusChaos> {
  const database = await prepareDatabase();
  const db = openDb(database.adminUrl);
  const shared = { redisUrl, prefix: `chaos-${randomBytes(6).toString('hex')}`, keyRing: newKeyRing() };
  const workerOf = (service: ServiceName, index: number, more: object): BusWorker =>
    createBusWorker({
      ...shared,
      ...more,
      service,
      instanceId: `${service}-${index}`,
      databaseUrl: database.urlOf(service),
    });

  const share = Math.ceil(BATCHES / PUBLISHERS);
  const batchesOf = (index: number) => ({ from: index * share, to: Math.min((index + 1) * share, BATCHES) });
  const publisherOf = (index: number) => workerOf('alert', index + 1, { batches: batchesOf(index) });
  const replicaOf = (service: Subscriber, index: number) =>
    workerOf(service, index, { handler: { isOrdered: service === 'notification', ...temper } });
  const publishers = [publisherOf(0), publisherOf(1), publisherOf(2)] as const;
  const replicas = {
    ai: [replicaOf('ai', 1)],
    analytics: [replicaOf('analytics', 1)],
    notification: [replicaOf('notification', 1), replicaOf('notification', 2)],
  } as const;
  const subscribers = SUBSCRIBERS.flatMap((service): readonly BusWorker[] => replicas[service]);
  const workers = [...subscribers, ...publishers];

  const events = async (service: Subscriber): Promise<number> => (await readEffects(db.write, service)).events;
  const until = (condition: () => Promise<boolean>): Promise<unknown> =>
    waitFor(condition, { deadlineMs: SETTLED_WITHIN_MS, everyMs: 250 });

  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };

  return {
    subscribers: SUBSCRIBERS,
    publishers,
    replicasOf: (service) => replicas[service],
    db,
    start: async ({ publisher = {}, subscriber = {} } = {}) => {
      await Promise.all(subscribers.map((worker) => worker.start(subscriber)));
      await Promise.all(publishers.map((worker) => worker.start(publisher)));
    },
    committed: async (count) => {
      await until(async () => (await countFacts(db.write)) >= count);
    },
    handled: async (service, count) => {
      await until(async () => (await events(service)) >= count);
    },
    outbox: () => countOutbox(db.write),
    settled: async (count) => {
      await until(async () => (await countFacts(db.write)) === EVENTS);
      for (const service of SUBSCRIBERS) await until(async () => (await events(service)) >= count);
    },
    buried: async (service, count) => {
      await until(async () => (await readLetters(db.write, service)).length >= count);
      return readLetters(db.write, service);
    },
    stop,
    close: async () => {
      await stop();
      await db.close();
      await database.drop();
    },
  };
}
