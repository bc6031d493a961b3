import { type DeadLetter, events as allEvents } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { Registry } from '@soc/monitoring';
import type { Tracer } from '@soc/tracing';
import { createTrailRepository } from './audit-trail-repository.ts';
import { createBusHistory } from './bus-history.ts';
import { type BusLimits, DEFAULT_LIMITS } from './bus-limits.ts';
import type { BusOperations } from './bus-operations.ts';
import { createBusRepository } from './bus-repository.ts';
import { createConsumption } from './consumption.ts';
import { createDeliverer } from './delivery.ts';
import { createGivingUp } from './giving-up.ts';
import { createHandlerRunner } from './handler-runner.ts';
import type { BusLog } from './log.ts';
import { createNamedFaces, type NamedFaces } from './named-faces.ts';
import { createOutboxBell } from './outbox-bell.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createOrderedOutboxRepository } from './ordered-outbox-repository.ts';
import { createRedisConnector, type RedisAccess } from './redis.ts';
import { createDoor } from './intake.ts';
import type { StalledGroup } from './group-watch.ts';
import type { KeyRing } from './key-ring.ts';
import type { RefusedMessage } from './refusal.ts';
import { createRelay } from './relay.ts';
import { createStreamPublisher } from './stream-publisher.ts';
import type { Subscription } from './subscription.ts';
import { createUpkeep } from './upkeep.ts';

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
  /** Over `DEFAULT_LIMITS`. */
  readonly limits?: Partial<BusLimits>;
  /** Told of every message that is turned away at the door, beside the metric and the dead letter. */
  readonly onRefused?: (refused: RefusedMessage) => void;
  /** Tells of events that are published and handled, where their traces are recorded. */
  readonly tracer?: Tracer | undefined;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}

/** One service's end of the event bus. */
export interface EventBus extends NamedFaces {
  readonly outbox: Outbox;
  /** Adds subscriptions; one per event type. Only before `start`. */
  readonly subscribe: (subscriptions: readonly Subscription[]) => void;
  readonly start: () => void;
  /** Facts for a health check; throws when Redis does not answer. */
  readonly check: () => Promise<{
    readonly outboxMessages: number;
    readonly outboxOldestS: number;
    readonly deadLetters: number;
    readonly oldestDeadLetterS: number;
  }>;
  /** Throws when a group stands still on a stream that this service owns, naming it; as last seen within the minute. */
  readonly checkConsumers: () => undefined;
  /** The dead letters that wait, the last failure first. */
  readonly listDeadLetters: (limitRows: number) => Promise<readonly DeadLetter[]>;
  /** Dead letters, replays and the audit trail, for the people who run the fleet. */
  readonly operations: BusOperations;
  /** Stops reading, finishes what is under way, relays what is in the outbox, closes the connections. */
  readonly close: () => Promise<void>;
}

/** Connects a service to the bus. Nothing is read or relayed before `start`. */
export function createEventBus(options: EventBusOptions): EventBus {
  const { serviceName, db, prefix, keyRing, registry, log, now } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
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
  const trail = createTrailRepository(serviceName, options.instanceId);
  const bell = createOutboxBell({ db, serviceName, onRing: () => relay.lookSoon(), log });
  const { relay, outbox } = createOutgoing({
    ...options,
    repository,
    trail,
    publisher,
    pollMs: limits.outboxPollMs,
    ringBell: bell.ring,
  });
  const runner = createHandlerRunner({ serviceName, db, outbox, log });
  const subscriptions = new Map<string, Subscription>();
  const upkeep = createUpkeep({ serviceName, db, repository, redis: commands, prefix, limits, registry, log, now });
  const parts = { ...options, limits, redis: commands, inbox: repository, trail, runner, subscriptions };
  const history = createBusHistory(parts);
  const { instanceId } = options;
  const deliverer = createDeliverer({ ...parts, repository, gatherer: history.gatherer });

  const onRefused = options.onRefused ?? (() => undefined);
  const givingUp = createGivingUp({ db, bury: history.bury, onRefused, registry, log });
  const consumption = createConsumption({
    serviceName,
    instanceId,
    subscriptions,
    deliverer,
    keyRing,
    door: createDoor({ keyRing, now, inboxKeepMs: limits.inboxKeepMs }),
    claimIdleMs: limits.claimIdleMs,
    replicasToAck,
    givingUp,
    prefix,
    registry,
    log,
    db,
    bury: history.bury,
    trail,
    connector,
    commands,
  });

  const subscribe = (added: readonly Subscription[]): void => {
    for (const one of added) {
      if (subscriptions.has(one.spec.type)) throw new Error(`${serviceName} subscribes twice to ${one.spec.type}`);
      subscriptions.set(one.spec.type, one);
      givingUp.expect(one.spec.type);
    }
  };

  return {
    outbox,
    subscribe,
    ...createNamedFaces({ serviceName, db, outbox, subscribe, now }),
    start: () => {
      relay.start();
      bell.start();
      consumption.start();
      history.start();
      upkeep.start();
    },
    check: async () => {
      await commands.ping();
      const { messages, oldestS } = await repository.backlog(db.write);
      return { outboxMessages: messages, outboxOldestS: oldestS, ...(await history.facts()) };
    },
    checkConsumers: () => demandMovement(upkeep.stalled()),
    listDeadLetters: history.list,
    operations: history.operations,
    close: async () => {
      upkeep.stop();
      await consumption.stop();
      await history.stop(); // handlers of a replay publish
      await relay.stop();
      await bell.stop();
      commands.disconnect();
      publishing.disconnect();
      keyRing.close();
    },
  };
}

function createOutgoing(
  options: Omit<Parameters<typeof createRelay>[0], 'ordered'> & Pick<EventBusOptions, 'serviceName' | 'now' | 'tracer'>,
) {
  const { serviceName, repository, now, tracer } = options;
  const ordered = createOrderedOutboxRepository(serviceName);
  const ownsOrdered = allEvents.some((spec) => spec.owner === serviceName && spec.ordered);
  const relay = createRelay({ ...options, ...(ownsOrdered && { ordered }) });
  return {
    relay,
    outbox: createOutbox({ repository, ordered, source: serviceName, now, tracer, onCommitted: relay.hand }),
  };
}

function demandMovement(stalled: readonly StalledGroup[]): undefined {
  if (stalled.length === 0) return undefined;
  const names = stalled.map(({ group, type, sinceS }) => `${group} on ${type} for ${sinceS} s`);
  throw new Error(`consumers stand still: ${names.join(', ')}`);
}
