import { createHash } from 'node:crypto';
import type { BusRepository } from './bus-repository.ts';
import type { Deliverer } from './delivery.ts';
import type { BusLog } from './log.ts';
import { type Redis, type RedisConnector, streamKey } from './redis.ts';
import { createRetryOnDemand } from './retry-on-demand.ts';
import type { RetryJob } from './retry-queue.ts';
import { createStreamConsumer, type StreamConsumer, type StreamEntry } from './stream-consumer.ts';
import type { Subscription } from './subscription.ts';

export interface Consumption {
  readonly start: () => void;
  /** Stops reading; what is under way is finished and acknowledged. */
  readonly stop: () => Promise<void>;
}

/** The event's own id; for a text that is no event, its hash, so that a redelivery is the same dead letter. */
const eventIdOf = (text: string): string =>
  /"id":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? createHash('sha256').update(text).digest('hex');

/** Reads the stream of every subscription and decides each event's fate: done, to be tried again, or a dead letter. */
export function createConsumption(options: {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly deliverer: Deliverer;
  readonly bury: (letter: Parameters<BusRepository['bury']>[1]) => Promise<void>;
  readonly connector: RedisConnector;
  readonly commands: Redis;
  readonly prefix: string;
  readonly log: BusLog;
  readonly now: () => Date;
}): Consumption {
  const { serviceName, subscriptions, deliverer, connector, commands, prefix, log, now } = options;
  const consumers: StreamConsumer[] = [];

  const bury = async ({ eventId, type, text, reason }: RetryJob, attempts: number): Promise<void> => {
    await options.bury({ eventId, type, envelope: text, reason, attempts, failedAt: now().toISOString() });
    log.error({ eventId, eventType: type, reason, attempts }, 'event moved to the dead letters');
  };
  const toRetry = { connector, redis: commands, prefix, serviceName, subscriptions, deliverer, bury, log };
  const retries = createRetryOnDemand(toRetry);

  const settle = async (of: Subscription, entries: readonly StreamEntry[]): Promise<void> => {
    const texts = entries.flatMap(({ text }) => (text === undefined ? [] : [text]));
    const outcomes = await deliverer.deliver(of, texts);
    for (const [index, text] of texts.entries()) {
      const outcome = outcomes[index];
      if (!outcome || outcome.kind === 'done') continue;
      const job: RetryJob = { eventId: eventIdOf(text), type: of.spec.type, text, reason: outcome.reason };
      if (outcome.kind === 'failed' && of.maxAttempts > 1) await retries.add(job, of.maxAttempts);
      else await bury(job, 1);
    }
  };

  const consume = (of: Subscription): void => {
    const consumer = createStreamConsumer({
      stream: streamKey(prefix, of.spec.type),
      group: serviceName,
      consumer: options.instanceId,
      batchSize: of.batchSize,
      reader: connector.blocking(),
      commands,
      settle: (entries) => settle(of, entries),
      log,
    });
    consumers.push(consumer);
    consumer.start();
  };

  return {
    start: () => {
      retries.start();
      for (const of of subscriptions.values()) consume(of);
    },
    stop: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await retries.close();
    },
  };
}
