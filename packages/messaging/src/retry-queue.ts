import { setTimeout as pause } from 'node:timers/promises';
import { type Job, Queue, Worker } from 'bullmq';
import { z } from 'zod';
import type { Deliverer } from './delivery.ts';
import type { BusLog } from './log.ts';
import { queuePrefix, type RedisConnector, retryQueueName } from './redis.ts';
import type { Subscription } from './subscription.ts';

/** An event whose handler failed; tried again later, with growing pauses. */
const RetryJob = z.object({
  eventId: z.string(),
  type: z.string(),
  text: z.string(),
  reason: z.string(),
  /** Tries that ended in the handler; absent after the first, made when the event arrived. */
  attempts: z.number().int().optional(),
});
export type RetryJob = z.infer<typeof RetryJob>;

export interface RetryQueue {
  /** Adding the same event twice keeps one job. */
  readonly add: (job: RetryJob, maxAttempts: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 60_000;
const CLOSE_WITHIN_MS = 3_000;
/** Faults outside the handler (PostgreSQL away, a killed process) also fail or stall a job; so many before BullMQ itself gives up. */
const SPARE_ATTEMPTS = 10_000;

/** The pause before the next try: exponential from 500 ms to a minute, the upper half of it random. */
const backoffMs = (attemptsMade: number): number => {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (attemptsMade - 1), MAX_DELAY_MS);
  return Math.round(fullMs / 2 + (Math.random() * fullMs) / 2);
};

export interface RetryQueueOptions {
  readonly connector: RedisConnector;
  readonly prefix: string;
  readonly serviceName: string;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly deliverer: Deliverer;
  readonly bury: (job: RetryJob, attempts: number) => Promise<void>;
  readonly log: BusLog;
}

/** BullMQ keeps the time between the tries. */
export function createRetryQueue(options: RetryQueueOptions): RetryQueue {
  const { connector, serviceName, subscriptions, deliverer, bury, log } = options;
  const prefix = queuePrefix(options.prefix);
  const name = retryQueueName(serviceName);
  const [adding, working] = [connector.command(), connector.waiting()];
  const onError = (error: Error): void => log.warn({ err: error }, 'retry queue lost redis');
  const queue = new Queue(name, { prefix, connection: adding });
  queue.on('error', onError);

  const process = async (queued: Job): Promise<void> => {
    const job = RetryJob.parse(queued.data);
    const subscription = subscriptions.get(job.type);
    const attempts = (job.attempts ?? 1) + 1;
    if (!subscription) return bury({ ...job, reason: 'no subscription for this type any more' }, attempts);
    const [outcome] = await deliverer.deliver(subscription, [job.text]);
    if (!outcome || outcome.kind === 'done') return;
    if (outcome.kind === 'failed' && attempts < subscription.maxAttempts) {
      // Counted here and not by BullMQ, which counts as well what failed before the handler.
      await queued.updateData({ ...job, attempts });
      throw new Error(outcome.reason);
    }
    await bury({ ...job, reason: outcome.reason }, attempts);
  };

  const worker = new Worker(name, process, {
    prefix,
    connection: working,
    concurrency: 4,
    maxStalledCount: SPARE_ATTEMPTS,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 1_000 },
    settings: { backoffStrategy: (attemptsMade) => backoffMs(attemptsMade) },
  });
  worker.on('error', onError);

  const closeBoth = async (): Promise<void> => {
    await worker.close();
    await queue.close();
  };

  return {
    add: async (job, maxAttempts) => {
      await queue.add(job.type, job, {
        jobId: job.eventId,
        attempts: maxAttempts + SPARE_ATTEMPTS,
        delay: FIRST_DELAY_MS,
        backoff: { type: 'capped' },
        removeOnComplete: true,
      });
    },
    close: async () => {
      // BullMQ waits for Redis without end; a job cut off here is stalled, and another process takes it up.
      await Promise.race([closeBoth(), pause(CLOSE_WITHIN_MS, undefined, { ref: false })]);
      void Promise.all([worker.disconnect(), queue.disconnect()]).catch(onError);
      for (const redis of [adding, working]) redis.disconnect();
    },
  };
}
