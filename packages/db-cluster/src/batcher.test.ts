import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { BatcherClosedError, BatcherFullError, createBatcher } from './batcher.ts';
import { CommitOutcomeUnknownError } from './errors.ts';

/** Doubles numbers, holding each batch until it is let go; a 13 fails its whole batch. */
function doubling(maxItems = 100) {
  const batches: (readonly number[])[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const batcher = createBatcher<number, number>({
    maxItems,
    run: async (items) => {
      batches.push(items);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      if (items.includes(13)) throw new Error('unlucky');
      return items.map((item) => item * 2);
    },
  });
  const letGo = async (): Promise<void> => {
    for (let gate = gates.shift(); gate; gate = gates.shift()) {
      gate.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { batcher, batches, letGo };
}

test('the first goes alone at once; those that arrive meanwhile share the next batch', async () => {
  const { batcher, batches, letGo } = doubling();
  const answers = [1, 2, 3].map((item) => batcher.add(item));
  expect(batches).toEqual([[1]]);
  await letGo();
  expect(batches).toEqual([[1], [2, 3]]);
  expect(await Promise.all(answers)).toEqual([2, 4, 6]);
});

test('no batch is larger than allowed', async () => {
  const { batcher, batches, letGo } = doubling(2);
  const answers = [1, 2, 3, 4, 5].map((item) => batcher.add(item));
  await letGo();
  await Promise.all(answers);
  expect(batches).toEqual([[1], [2, 3], [4, 5]]);
});

test('one bad item fails alone, its neighbours succeed', async () => {
  const { batcher, letGo } = doubling();
  const answers = [1, 12, 13, 14].map((item) => batcher.add(item));
  const settled = Promise.allSettled(answers);
  await letGo();
  expect(
    (await settled).map((answer) => (answer.status === 'fulfilled' ? answer.value : String(answer.reason))),
  ).toEqual([2, 24, 'Error: unlucky', 28]);
});

test.each([
  [2, 'runs again, whole'],
  [9, 'fails when it has to make way again and again'],
])('a batch that makes way for another in %i deadlocks %s', async (deadlocks) => {
  let runs = 0;
  const batcher = createBatcher<number, number>({
    maxItems: 10,
    run: (items) => {
      runs += 1;
      if (runs <= deadlocks) return Promise.reject(Object.assign(new Error('deadlock detected'), { code: '40P01' }));
      return Promise.resolve(items);
    },
  });
  const [outcome] = await Promise.allSettled([batcher.add(1)]);
  expect([outcome.status, runs]).toEqual(deadlocks === 2 ? ['fulfilled', 3] : ['rejected', 3]);
});

test('drain waits for everything added', async () => {
  const { batcher, letGo } = doubling();
  let done = 0;
  for (const item of [1, 2]) void batcher.add(item).then(() => (done += 1));
  const drained = batcher.drain();
  await letGo();
  await drained;
  expect(done).toBe(2);
});

test('one bad item among a thousand costs a few more batches, not a thousand', async () => {
  const { batcher, batches, letGo } = doubling(1_000);
  const first = batcher.add(0);
  const answers = Array.from({ length: 1_000 }, (_, index) => batcher.add(index === 700 ? 13 : index + 14));
  const settled = Promise.allSettled(answers);
  await letGo();
  await first;
  expect((await settled).flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([700]);
  expect(batches.length).toBeLessThanOrEqual(22);
});

test.each([
  ['by default', undefined],
  ['though its owner takes every error for that of an item', () => true],
])(
  'a batch whose outcome is not known fails as a whole, and nothing of it is sent again, %s',
  async (_, isFaultOfItem) => {
    let runs = 0;
    const batcher = createBatcher<number, number>({
      maxItems: 100,
      run: async (items) => {
        runs += 1;
        await new Promise((resolve) => setImmediate(resolve));
        if (items.length > 1) throw new CommitOutcomeUnknownError('lost');
        return items;
      },
      ...(isFaultOfItem && { isFaultOfItem }),
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(runs).toBe(2);
  },
);

test('more than may wait is refused, and taken again when there is room', async () => {
  const { letGo, ...rest } = doubling(2);
  const batcher = createBatcher<number, number>({
    maxItems: 2,
    maxWaiting: 2,
    run: (items) => Promise.all(items.map(rest.batcher.add)),
  });
  const answers = [1, 2, 3].map((item) => batcher.add(item));
  await expect(batcher.add(4)).rejects.toBeInstanceOf(BatcherFullError);
  await letGo();
  expect(await Promise.all(answers)).toEqual([2, 4, 6]);
  const late = batcher.add(5);
  await letGo();
  expect(await late).toBe(10);
});

test('closing finishes what was added and refuses the rest', async () => {
  const { batcher, letGo } = doubling();
  const answers = [1, 2].map((item) => batcher.add(item));
  const closing = batcher.close();
  await expect(batcher.add(3)).rejects.toBeInstanceOf(BatcherClosedError);
  await letGo();
  await closing;
  expect(await Promise.all(answers)).toEqual([2, 4]);
});

test('a batch runs in the context the batcher was made in, not in that of a caller', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const batcher = createBatcher<number, number>({
    maxItems: 10,
    run: (items) => {
      seen.push(tenant.getStore());
      return Promise.resolve(items);
    },
  });
  await Promise.all([tenant.run('a', () => batcher.add(1)), tenant.run('b', () => batcher.add(2))]);
  expect(seen).toEqual([undefined, undefined]);
});
