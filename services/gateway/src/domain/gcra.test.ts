import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeCell } from './gcra.ts';

const rule = { name: 'r', perS: 2, burst: 3 };

test('a burst is allowed at once, then one each interval, and what is refused costs nothing', () => {
  let due: number | undefined;
  const take = (nowMs: number) => {
    const verdict = takeCell(due, nowMs, rule);
    due = verdict.dueMs;
    return [verdict.allowed, verdict.remaining, verdict.retryAfterS];
  };
  expect([0, 0, 0, 0, 499].map(take)).toEqual([
    [true, 2, 0],
    [true, 1, 0],
    [true, 0, 0],
    [false, 0, 1],
    [false, 0, 1],
  ]);
  expect(take(500)).toEqual([true, 0, 0]);
  expect(take(10_000)).toEqual([true, 2, 0]);
});

test('over any stretch of time no more are allowed than burst and rate together', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (pauses, perS, burst) => {
      let [nowMs, due, allowed]: [number, number | undefined, number] = [0, undefined, 0];
      for (const pause of pauses) {
        nowMs += pause;
        const verdict = takeCell(due, nowMs, { name: 'r', perS, burst });
        due = verdict.dueMs;
        if (verdict.allowed) allowed += 1;
      }
      expect(allowed).toBeLessThanOrEqual(burst + (nowMs * perS) / 1_000 + 1e-6);
    }),
  );
});
