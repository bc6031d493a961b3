import { type EventEnvelope, type EventSpec, events as allEvents, uuidv7 } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import { Gauge, type Registry } from '@soc/monitoring';
import { createBusRepository, type DeadLetter } from './bus-repository.ts';
import { createConsumption } from './consumption.ts';
import { createDeliverer } from './delivery.ts';
import type { BusLog } from './log.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createRedisConnector, type RedisAccess, streamKey } from './redis.ts';
import { createDoor } from './intake.ts';
import type { KeyRing } from './key-ring.ts';
import type { RefusedMessage } from './refusal.ts';
import { createRelay } from './relay.ts';
import { CLAIM_IDLE_MS } from './stream-consumer.ts';
import { createStreamPublisher } from './stream-publisher.ts';
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
  /** Seals and opens the events; closed with the bus. */
  readonly keyRing: KeyRing;
  /** Replicas of Redis that must have an event before it leaves the outbox; default 1, and 0 for a single Redis. */
  readonly replicasToAck?: number;
  /** What another replica of the service has held so long without a sign of life is taken over; default 15,000 ms. */
  readonly claimIdleMs?: number;
  /** Told of every message that is turned away at the door, beside the metric and the dead letter. */
  readonly onRefused?: (refused: RefusedMessage) => void;
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
const PRUNE_ROWS = 5_000;

function eventSpec(type: string): EventSpec {
  const spec = allEvents.find((candidate) => candidate.type === type);
  if (!spec) throw new Error(`unknown event type ${type}`);
  return spec;
}

/** Connects a service to the bus. Nothing is read or relayed before `start`. */
export function createEventBus(options: EventBusOptions): EventBus {
  const { serviceName, db, prefix, keyRing, registry, log, now } = options;
  const repository = createBusRepository(serviceName);
  const connector = createRedisConnector({
    url: options.redisUrl,
    ...(options.redisAccess && { access: options.redisAccess }),
    onError: (error) => log.warn({ err: error }, 'redis connection error'),
  });
  const commands = connector.command();
  const replicasToAck = options.replicasToAck ?? (connector.kind === 'single' ? 0 : 1);
  // A publisher that waits for replicas holds up its connection meanwhile.
  const publishing = replicasToAck > 0 ? connector.command() : commands;
  const publisher = createStreamPublisher({
    keyRing,
    redis: publishing,
    prefix,
    source: serviceName,
    now,
    replicasToAck,
  });
  const relay = createRelay({ db, repository, publisher, log, registry });
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
    keyRing,
    door: createDoor({ keyRing, now, inboxKeepMs: INBOX_KEEP_MS }),
    claimIdleMs: options.claimIdleMs ?? CLAIM_IDLE_MS,
    onRefused: options.onRefused ?? (() => undefined),
    prefix,
    registry,
    log,
    now,
    repositoryBury: (letter) => repository.bury(db.write, letter),
    connector,
    commands,
  });

  const pruneInbox = async (): Promise<void> => {
    const before = now().getTime() - INBOX_KEEP_MS;
    while ((await repository.forgetClaims(db.write, before, PRUNE_ROWS)) === PRUNE_ROWS);
  };

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
        pruneInbox().catch((error: unknown) => log.warn({ err: error }, 'inbox not pruned'));
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
      publishing.disconnect();
      keyRing.close();
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
