import { type EventEnvelope, type EventSpec, events as allEvents, uuidv7 } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import { Gauge, type Registry } from '@soc/monitoring';
import { createBusRepository, type DeadLetter } from './bus-repository.ts';
import { createConsumption } from './consumption.ts';
import { createDeliverer } from './delivery.ts';
import type { BusLog } from './log.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createRedisConnector, type RedisAccess, streamKey } from './redis.ts';
import { createRelay } from './relay.ts';
import { type Subscription, subscription } from './subscription.ts';
import { startTrimming } from './trimmer.ts';

export interface EventBusOptions {
  /** Without the `-service` suffix; also the consumer group and the schema that holds outbox and inbox. */
  readonly serviceName: string;
  /** Unique among the replicas and the same after a restart, so that a restarted process finds what it held. */
  readonly instanceId: string;
  readonly db: DbCluster;
  /** A form that `parseRedisUrl` reads: one Redis, Sentinels, or a Cluster. */
  readonly redisUrl: string;
  readonly redisAccess?: RedisAccess;
  /** Start of every key. */
  readonly prefix: string;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}

/** One service's end of the event bus. */
export interface EventBus {
  readonly outbox: Outbox;
  /** Adds subscriptions; one per event type. Only before `start`. */
  readonly subscribe: (subscriptions: readonly Subscription[]) => void;
  /** Publishes in a transaction of its own. Throws for an unknown type, a foreign source, or a payload that does not fit. */
  readonly publishEvent: (request: PublishRequest) => Promise<void>;
  /** Subscribes one handler to several types by name. Only before `start`. */
  readonly subscribeToEvents: (request: SubscribeRequest) => void;
  readonly start: () => void;
  /** Facts for a health check; throws when Redis does not answer. */
  readonly check: () => Promise<{ readonly outboxMessages: number; readonly outboxOldestS: number }>;
  readonly listDeadLetters: (limitRows: number) => Promise<readonly DeadLetter[]>;
  /** Stops reading, finishes what is under way, relays what is in the outbox, closes the connections. */
  readonly close: () => Promise<void>;
}

export interface PublishRequest {
  readonly eventType: string;
  readonly payload: unknown;
  readonly sourceService: string;
  readonly targetService?: string;
  readonly tenantId?: string;
  readonly subject?: string;
  readonly correlationId?: string;
}

export interface SubscribeRequest {
  readonly serviceName: string;
  readonly eventTypes: readonly string[];
  readonly handler: (event: EventEnvelope) => Promise<void>;
}

const INBOX_KEEP_MS = 7 * 24 * 60 * 60 * 1000;
const PRUNE_EVERY_MS = 60 * 60 * 1000;

function eventSpec(type: string): EventSpec {
  const spec = allEvents.find((candidate) => candidate.type === type);
  if (!spec) throw new Error(`unknown event type ${type}`);
  return spec;
}

/** Connects a service to the bus. Nothing is read or relayed before `start`. */
export function createEventBus(options: EventBusOptions): EventBus {
  const { serviceName, db, prefix, registry, log, now } = options;
  const repository = createBusRepository(serviceName);
  const connector = createRedisConnector({
    url: options.redisUrl,
    ...(options.redisAccess && { access: options.redisAccess }),
    onError: (error) => log.warn({ err: error }, 'redis connection error'),
  });
  const commands = connector.command();
  const relay = createRelay({ db, repository, redis: commands, prefix, log, registry });
  const outbox = createOutbox({ repository, source: serviceName, now, onCommitted: relay.hand });
  const deliverer = createDeliverer({ serviceName, db, repository, outbox, log, registry });
  const subscriptions = new Map<string, Subscription>();
  const owned = allEvents.filter(({ owner }) => owner === serviceName).map(({ type }) => streamKey(prefix, type));
  const stops: (() => void)[] = [];

  const consumption = createConsumption({
    serviceName,
    instanceId: options.instanceId,
    subscriptions,
    deliverer,
    prefix,
    log,
    now,
    bury: (letter) => repository.bury(db.write, letter),
    connector,
    commands,
  });

  const subscribe = (added: readonly Subscription[]): void => {
    for (const one of added) {
      if (subscriptions.has(one.spec.type)) throw new Error(`${serviceName} subscribes twice to ${one.spec.type}`);
      subscriptions.set(one.spec.type, one);
    }
  };

  return {
    outbox,
    subscribe,
    publishEvent: async ({ eventType, payload, sourceService, ...meta }) => {
      const spec = eventSpec(eventType);
      if (spec.owner !== serviceName || sourceService.replace(/-service$/, '') !== serviceName) {
        throw new Error(`${serviceName} may not publish ${eventType} as ${sourceService}`);
      }
      const id = uuidv7(now().getTime());
      await db.tx((tx) =>
        outbox.publish(tx, spec, payload, { tenantId: 'default', subject: id, correlationId: id, ...meta }),
      );
    },
    subscribeToEvents: ({ serviceName: subscriber, eventTypes, handler }) => {
      if (subscriber.replace(/-service$/, '') !== serviceName) {
        throw new Error(`this is the bus of ${serviceName}, not of ${subscriber}`);
      }
      subscribe(eventTypes.map((type) => subscription(eventSpec(type), (_, { event }) => handler(event))));
    },
    start: () => {
      relay.start();
      consumption.start();
      stops.push(startTrimming({ redis: commands, streams: owned, now, log }).stop);
      const prune = setInterval(() => {
        repository
          .forgetClaims(db.write, now().getTime() - INBOX_KEEP_MS)
          .catch((error: unknown) => log.warn({ err: error }, 'inbox not pruned'));
      }, PRUNE_EVERY_MS);
      prune.unref();
      stops.push(() => clearInterval(prune));
      observeBacklog(registry, db, repository);
    },
    check: async () => {
      await commands.ping();
      const { messages, oldestS } = await repository.backlog(db.write);
      return { outboxMessages: messages, outboxOldestS: oldestS };
    },
    listDeadLetters: (limitRows) => repository.listBuried(db.read, limitRows),
    close: async () => {
      for (const stop of stops) stop();
      await consumption.stop();
      await relay.stop();
      commands.disconnect();
    },
  };
}

function observeBacklog(registry: Registry, db: DbCluster, repository: ReturnType<typeof createBusRepository>): void {
  const gauge = new Gauge({
    name: 'soc_outbox_messages',
    help: 'Events committed but not yet on their stream.',
    registers: [registry],
    collect: async () => {
      const backlog = await repository.backlog(db.write).catch(() => undefined);
      if (backlog) gauge.set(backlog.messages);
    },
  });
}
