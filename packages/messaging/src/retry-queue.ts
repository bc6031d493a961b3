import { setTimeout as pause } from 'node:timers/promises';
import { type Job, Queue, Worker } from 'bullmq';
import type { BusLog } from './log.ts';
import { queuePrefix, type Redis, type RedisConnector, retryQueueName } from './redis.ts';
import { confirmReplicas } from './replicas.ts';
import { type AddRetry, backoffMs, HandlerFailedError, RetryJob, retryPauseMs } from './retry-job.ts';
import type { Settlement } from './settlement.ts';
import type { Subscription } from './subscription.ts';
import { watchWorker, type WatchedWorker } from './worker-watch.ts';

export interface RetryQueue {
  readonly add: AddRetry;
  readonly close: () => Promise<void>;
}

const CLOSE_WITHIN_MS = 3_000;
/** How soon a worker goes on that Redis has failed; BullMQ itself would wait for 15 s. */
const RUN_RETRY_MS = 1_000;
/**
 * Faults outside the handler (PostgreSQL away, a killed process) also fail or stall a job, and BullMQ would drop one that has
 * done so too often without a word: centuries of tries, so that only a handler's failures make a dead letter.
 */
const WITHOUT_END = 1_000_000_000;

const LOOK_EVERY_MS = 5_000;
const OVERDUE_AFTER_MS = 10_000;

/** Whether a job waits for a worker, or has been due for that long. BullMQ scores what is delayed by its time × 4096. */
export async function isOverdue(
  queue: Pick<Queue, 'toKey' | 'getWaitingCount'>,
  redis: Redis,
  nowMs: number,
  afterMs: number,
): Promise<boolean> {
  const [, score] = await redis.zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES');
  if (score !== undefined && Number(score) / 4_096 + afterMs < nowMs) return true;
  return (await queue.getWaitingCount()) > 0;
}

export interface RetryQueueOptions {
  readonly connector: RedisConnector;
  readonly prefix: string;
  readonly serviceName: string;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly settlement: Pick<Settlement, 'retry' | 'bury'>;
  /** Replicas that must have a job before it counts as added; 0 for a single Redis. */
  readonly replicasToAck: number;
  readonly log: BusLog;
}

/** BullMQ keeps the time between the tries. */
export function createRetryQueue(options: RetryQueueOptions): RetryQueue {
  const { connector, serviceName, subscriptions, settlement, replicasToAck, log } = options;
  const prefix = queuePrefix(options.prefix);
  const name = retryQueueName(serviceName);
  const adding = connector.command();
  const onError = (error: Error): void => log.warn({ err: error }, 'retry queue lost redis');
  const queue = new Queue(name, { prefix, connection: adding });
  queue.on('error', onError);

  const process = async (queued: Job): Promise<void> => {
    const job = RetryJob.parse(queued.data);
    const subscription = subscriptions.get(job.type);
    const attempts = (job.attempts ?? 1) + 1;
    if (!subscription) {
      return settlement.bury(
        { ...job, reason: 'no subscription for this type any more' },
        attempts - 1,
        'no_subscription',
      );
    }
    const reason = await settlement.retry(subscription, job, attempts);
    if (reason === undefined) return;
    // Counted here and not by BullMQ, which counts as well what failed before the handler.
    await queued.updateData({ ...job, attempts });
    throw new HandlerFailedError(reason);
  };

  const pauseOf = (failures: number, error: unknown, queued: Pick<Job, 'data'> | undefined): number => {
    const job = RetryJob.safeParse(queued?.data).data;
    return retryPauseMs({ failures, error, attempts: job?.attempts }, job && subscriptions.get(job.type)?.retry);
  };

  const open = (): WatchedWorker => {
    const working = connector.working();
    let running = 0;
    const counted = async (queued: Job): Promise<void> => {
      running += 1;
      await process(queued).finally(() => (running -= 1));
    };
    const worker = new Worker(name, counted, {
      prefix,
      connection: working,
      concurrency: 4,
      maxStalledCount: WITHOUT_END,
      runRetryDelay: RUN_RETRY_MS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 1_000 },
      settings: { backoffStrategy: (failures, _type, error, queued) => pauseOf(failures, error, queued) },
    });
    worker.on('error', onError);
    return {
      isBusy: () => running > 0,
      close: async () => {
        // BullMQ waits for Redis without end; a job cut off here is stalled, and another process takes it up.
        await Promise.race([worker.close(), pause(CLOSE_WITHIN_MS, undefined, { ref: false })]);
        void worker.disconnect().catch(onError);
        working.disconnect();
      },
    };
  };
  const watch = watchWorker({
    open,
    isOverdue: () => isOverdue(queue, adding, Date.now(), OVERDUE_AFTER_MS),
    everyMs: LOOK_EVERY_MS,
    log,
  });

  return {
    add: async (job, policy) => {
      await queue.add(job.type, job, {
        jobId: job.eventId,
        attempts: WITHOUT_END,
        delay: backoffMs(1, policy),
        backoff: { type: 'capped' },
        removeOnComplete: true,
      });
      // The connection is this queue's own, and all keys of a queue are on one node: what it waits for is the job.
      if (replicasToAck > 0) await confirmReplicas(adding, `${prefix}:${name}:meta`, replicasToAck);
    },
    close: async () => {
      await watch.close();
      await Promise.race([queue.close(), pause(CLOSE_WITHIN_MS, undefined, { ref: false })]);
      void queue.disconnect().catch(onError);
      adding.disconnect();
    },
  };
}
