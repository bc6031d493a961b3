import { assert, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, HandlerFailedError, retryPauseMs } from './retry-job.ts';

const policy = { firstDelayMs: 500, maxDelayMs: 60_000 };

test('the pause is anything from nothing to a bound that doubles from try to try, up to the longest', () => {
  const longest = [1, 2, 3, 7, 8, 9, 60].map((tries) => backoffMs(tries, policy, () => 1));
  expect(longest).toEqual([500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000]);
  assert(
    property(integer({ min: 1, max: 10_000 }), double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      const pauseMs = backoffMs(tries, policy, () => random);
      expect(pauseMs).toBeGreaterThanOrEqual(0);
      expect(pauseMs).toBeLessThanOrEqual(60_000);
    }),
  );
  expect(backoffMs(5, policy, () => 0)).toBe(0);
});

const longestMs = (failures: number, error: Error, attempts?: number): number =>
  retryPauseMs({ failures, error, attempts }, { maxAttempts: 8, firstDelayMs: 10, maxDelayMs: 100 }, () => 1);

test('failures outside the handler have pauses that grow to a minute, also after a handler has failed', () => {
  const away = new Error('no database');
  expect([1, 2, 3, 20, 2_000, 1_000_000].map((failures) => longestMs(failures, away))).toEqual([
    500, 1_000, 2_000, 60_000, 60_000, 60_000,
  ]);
  expect([3, 4, 5].map((failures) => longestMs(failures, away, 3))).toEqual([500, 1_000, 2_000]);
});

test("a handler's failure has the pause of its subscription, however long the database was away before", () => {
  const failed = new HandlerFailedError('not now');
  expect([2, 3, 9].map((attempts) => longestMs(5_000, failed, attempts))).toEqual([20, 40, 100]);
});
