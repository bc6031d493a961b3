import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eachAtMost, together } from './together.ts';

test('a failure waits for what is still under way', async () => {
  const ended: string[] = [];
  const slow = delay(20).then(() => ended.push('slow'));
  await expect(together([Promise.reject(new Error('first')), slow])).rejects.toThrow('first');
  expect(ended).toEqual(['slow']);
});

test('no more than the limit run at a time, and all do', async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await eachAtMost(2, [1, 2, 3, 4, 5], async (item) => {
    running += 1;
    most = Math.max(most, running);
    await delay(5);
    running -= 1;
    done.push(item);
  });
  expect([most, done.toSorted((a, b) => a - b)]).toEqual([2, [1, 2, 3, 4, 5]]);
});

test('after a failure nothing new begins', async () => {
  const begun: number[] = [];
  const work = eachAtMost(1, [1, 2, 3], async (item) => {
    begun.push(item);
    if (item === 2) throw new Error('the second');
    await delay(1);
  });
  await expect(work).rejects.toThrow('the second');
  expect(begun).toEqual([1, 2]);
});
