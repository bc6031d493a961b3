import { Queue, Worker } from 'bullmq';
import type { BenchPayload, Contender } from './contender.ts';

/** As many jobs at once as make it no slower; it hands them out one by one. */
const CONCURRENCY = 100;

const queueOf = (topic: string, group: string): string => `${topic}-${group}`;

/** BullMQ has no fan-out: a job in the queue of each subscriber. */
export const bullmq: Contender = {
  openPublisher: async ({ redisUrl }, { name, groups }) => {
    const queues = groups.map(
      (group) => new Queue(queueOf(name, group), { connection: { url: redisUrl, maxRetriesPerRequest: null } }),
    );
    await Promise.all(queues.map((queue) => queue.waitUntilReady()));
    const opts = { removeOnComplete: true };
    return {
      publish: async (payloads) => {
        const jobs = payloads.map((data) => ({ name: 'event', data, opts }));
        await Promise.all(queues.map((queue) => queue.addBulk(jobs)));
      },
      close: async () => {
        await Promise.all(queues.map((queue) => queue.close()));
      },
    };
  },
  openConsumer: async ({ redisUrl }, { name }, group, handle) => {
    const worker = new Worker<BenchPayload>(queueOf(name, group), async ({ data }) => handle(data), {
      connection: { url: redisUrl, maxRetriesPerRequest: null },
      concurrency: CONCURRENCY,
    });
    worker.on('error', console.error);
    await worker.waitUntilReady();
    return () => worker.close();
  },
};
