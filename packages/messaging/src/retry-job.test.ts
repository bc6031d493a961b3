import { assert, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './retry-job.ts';

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
