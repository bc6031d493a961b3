import { expect, test } from 'vitest';
import { createBatcher } from './batcher.ts';

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

test('drain waits for everything added', async () => {
  const { batcher, letGo } = doubling();
  let done = 0;
  for (const item of [1, 2]) void batcher.add(item).then(() => (done += 1));
  const drained = batcher.drain();
  await letGo();
  await drained;
  expect(done).toBe(2);
});
