import { nounOf } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { Registry } from '@soc/monitoring';
import type { Bury } from './burial.ts';
import { createOrderedConsumer } from './ordered-consumer.ts';
import { createOrderedLeftovers } from './ordered-leftovers.ts';
import { observeWaiting } from './ordered-metrics.ts';
import { createOrderedReader } from './ordered-reader.ts';
import { createOrderedRepository } from './ordered-repository.ts';
import { type RedisConnector, type Redis, streamKey } from './redis.ts';
import type { BusLog } from './log.ts';
import { createRetryOnDemand } from './retry-on-demand.ts';
import type { AddRetry } from './retry-job.ts';
import { createSettlement } from './settlement.ts';
import { createStreamConsumer, type StreamConsumer } from './stream-consumer.ts';
import { createStreamGroup } from './stream-group.ts';
import type { Subscription } from './subscription.ts';

export interface Consumption {
  readonly start: () => void;
  /** Stops reading; what is under way is finished and acknowledged. */
  readonly stop: () => Promise<void>;
}

type SettlementOptions = Parameters<typeof createSettlement>[0];

/** Reads the stream of every subscription, and keeps the queue of what is to be tried again. */
export function createConsumption(
  options: Omit<SettlementOptions, 'addRetry'> & {
    readonly serviceName: string;
    readonly instanceId: string;
    readonly subscriptions: ReadonlyMap<string, Subscription>;
    readonly connector: RedisConnector;
    readonly commands: Redis;
    readonly prefix: string;
    readonly claimIdleMs: number;
    /** Replicas that must have an event that is to be tried again before it is acknowledged. */
    readonly replicasToAck: number;
    readonly db: DbCluster;
    readonly bury: Bury;
    readonly registry: Registry;
    readonly log: BusLog;
  },
): Consumption {
  const { serviceName, subscriptions, connector, commands, prefix, log } = options;
  const consumers: Pick<StreamConsumer, 'stop'>[] = [];
  const addRetry: AddRetry = (job, policy) => retries.add(job, policy);
  const settlement = createSettlement({ ...options, addRetry });
  const retries = createRetryOnDemand({
    connector,
    redis: commands,
    prefix,
    serviceName,
    subscriptions,
    settlement,
    replicasToAck: options.replicasToAck,
    log,
  });

  const consume = (of: Subscription): void => {
    const group = createStreamGroup({
      stream: streamKey(prefix, of.spec.type),
      group: serviceName,
      consumer: options.instanceId,
      reader: connector.blocking(),
      commands,
    });
    const consumer = createStreamConsumer({
      group,
      batchSize: of.batchSize,
      concurrency: of.concurrency,
      claimIdleMs: options.claimIdleMs,
      settle: (frames) =>
        settlement.settle(
          of,
          frames.map(({ frame }) => frame),
        ),
      log,
    });
    consumers.push(consumer);
    consumer.start();
  };

  const orderedRepository = createOrderedRepository(serviceName);
  const consumeInOrder = (noun: string, members: readonly Subscription[]): void => {
    const reader = createOrderedReader({
      streams: new Map(members.map(({ spec }) => [spec.type, streamKey(prefix, spec.type)])),
      group: serviceName,
      consumer: options.instanceId,
      reader: connector.blocking(),
      commands,
      log,
    });
    const consumer = createOrderedConsumer({
      ...options,
      noun,
      members: new Map(members.map((member) => [member.spec.type, member])),
      repository: orderedRepository,
      settlement,
      reader,
    });
    consumers.push(consumer);
    consumer.start();
  };

  const leftovers = createOrderedLeftovers({
    ...options,
    isOrdered: (noun) => orderedByNoun(subscriptions).has(noun),
    repository: orderedRepository,
    addRetry,
  });

  return {
    start: () => {
      retries.start();
      for (const of of subscriptions.values()) if (!of.isOrdered) consume(of);
      const ordered = orderedByNoun(subscriptions);
      for (const [noun, members] of ordered) consumeInOrder(noun, members);
      leftovers.start();
      observeWaiting(options.registry, options.db, orderedRepository, [...ordered.keys()]);
    },
    stop: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await leftovers.stop();
      await retries.close();
    },
  };
}

const orderedByNoun = (
  subscriptions: ReadonlyMap<string, Subscription>,
): ReadonlyMap<string, readonly Subscription[]> =>
  Map.groupBy(
    [...subscriptions.values()].filter((of) => of.isOrdered),
    ({ spec }) => nounOf(spec.type),
  );
