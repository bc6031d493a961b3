import { waitFor } from '@soc/fleet/testing';
import { Queue, Worker } from 'bullmq';
import { expect, inject, test } from 'vitest';
import { createRedisConnector } from './redis.ts';
import { isOverdue } from './retry-queue.ts';
import { watchWorker } from './worker-watch.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('a worker that fetches nothing of what is due is replaced, and one with nothing to fetch or busy is not', async () => {
  const connector = createRedisConnector({ url: inject('redisUrl'), onError: () => undefined });
  const [adding, working] = [connector.command(), connector.working()];
  const options = { prefix: 'watch', connection: working };
  const queue = new Queue('watched', { prefix: 'watch', connection: adding });
  const finish = Promise.withResolvers<void>();
  const done: string[] = [];
  let [opened, looks] = [0, 0];
  const watch = watchWorker({
    open: () => {
      opened += 1;
      let running = 0;
      const work = async ({ name }: { readonly name: string }): Promise<void> => {
        running += 1;
        if (name === 'long') await finish.promise;
        done.push(name);
        running -= 1;
      };
      // The first never begins to fetch, as one that hangs.
      const worker = new Worker('watched', work, { ...options, autorun: opened > 1 });
      return { isBusy: () => running > 0, close: () => worker.close() };
    },
    isOverdue: async () => {
      looks += 1;
      return isOverdue(queue, adding, Date.now(), 0);
    },
    everyMs: 50,
    log: quiet,
  });
  const looksAgain = async () => {
    const before = looks;
    await waitFor(() => looks > before + 3);
  };
  await queue.add('later', {}, { delay: 3_600_000 });
  await looksAgain();
  expect(opened).toBe(1);
  await queue.add('due', {}, { delay: 1 });
  await waitFor(() => done.includes('due'));
  expect(opened).toBe(2);
  await queue.add('long', {});
  await queue.add('next', {});
  finish.resolve();
  await waitFor(() => done.includes('next'));
  expect(done).toEqual(['due', 'long', 'next']);
  await watch.close();
  await queue.obliterate({ force: true });
  await queue.close();
  for (const redis of [adding, working]) redis.disconnect();
});
