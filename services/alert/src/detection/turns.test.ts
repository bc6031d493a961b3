import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

/** Work that ends when told, and says that it has begun. */
function createWork(begun: string[]) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    as: (name: string) => async () => {
      begun.push(name);
      await promise;
      return name;
    },
    end: () => resolve(undefined),
  };
}

const LIMITS = { atOnce: 2, ofTenant: 1, waiting: 2, waitingOfTenant: 1 };
const BUSY = { status: 429, code: 'rule.busy', headers: { 'retry-after': '10' } };

test('a tenant with much to do leaves the turns of others free, and is refused what is too much', async () => {
  const inTurn = createTurns(LIMITS);
  const begun: string[] = [];
  const work = createWork(begun);
  const first = inTurn('a', work.as('a1'));
  const second = inTurn('a', work.as('a2'));
  await expect(inTurn('a', work.as('a3'))).rejects.toMatchObject(BUSY);
  const other = inTurn('b', work.as('b1'));
  const third = inTurn('c', work.as('c1'));
  await expect(inTurn('d', work.as('d1'))).rejects.toMatchObject(BUSY);
  expect(begun).toEqual(['a1', 'b1']);
  work.end();
  expect(await Promise.all([first, second, other, third])).toEqual(['a1', 'a2', 'b1', 'c1']);
  expect(await inTurn('d', work.as('d1'))).toBe('d1');
});

test('work that fails gives its turn on', async () => {
  const inTurn = createTurns({ ...LIMITS, atOnce: 1 });
  const failing = inTurn('a', () => Promise.reject(new Error('broken')));
  const next = inTurn('b', () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});
