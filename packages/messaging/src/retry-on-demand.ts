import type { BusLog } from './log.ts';
import { queuePrefix, type Redis, retryQueueName } from './redis.ts';
import type { RetryQueue, RetryQueueOptions } from './retry-queue.ts';

/** What another process left to be tried again is looked for this often. */
const LOOK_EVERY_MS = 30_000;

/**
 * Opens the retry queue when there is something to try again: loading BullMQ costs each service 10 MB and 90 ms, and most
 * never need it. At the start and every 30 s it looks whether another process, now dead perhaps, has opened the queue.
 */
export function createRetryOnDemand(
  options: RetryQueueOptions & { readonly redis: Redis; readonly log: BusLog },
): RetryQueue & {
  readonly start: () => void;
} {
  const { redis, log, prefix, serviceName } = options;
  let opened: Promise<RetryQueue> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const load = async (): Promise<RetryQueue> => {
    try {
      const { createRetryQueue } = await import('./retry-queue.ts');
      return createRetryQueue(options);
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };

  const open = (): Promise<RetryQueue> => {
    clearInterval(timer);
    opened ??= load();
    return opened;
  };

  const look = async (): Promise<void> => {
    try {
      // BullMQ writes this key when a queue is first opened.
      const exists = (await redis.exists(`${queuePrefix(prefix)}:${retryQueueName(serviceName)}:meta`)) > 0;
      if (exists && !isClosed) await open();
    } catch (error) {
      log.warn({ err: error }, 'retry queue not looked for');
    }
  };

  return {
    start: () => {
      // Who hears nothing has no queue, nor the right to look for one.
      if (options.subscriptions.size === 0) return;
      timer = setInterval(() => void look(), LOOK_EVERY_MS);
      timer.unref();
      void look();
    },
    add: async (job, policy) => (await open()).add(job, policy),
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await (await opened)?.close();
    },
  };
}
