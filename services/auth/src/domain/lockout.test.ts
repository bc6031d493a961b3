import { expect, test } from 'vitest';
import { lockedForS, lockoutDelayS } from './lockout.ts';

const policy = { freeFailures: 5, baseS: 2, maxS: 900, forgetS: 3_600 };
const lastFailedAt = '2026-03-01T10:00:00.000Z';
const after = (seconds: number): Date => new Date(Date.parse(lastFailedAt) + seconds * 1000);

test('each failure after the free ones doubles the delay, up to the longest', () => {
  const delays = [0, 4, 5, 6, 7, 13, 14, 15, 5_000].map((failures) => lockoutDelayS(failures, policy));
  expect(delays).toEqual([0, 0, 2, 4, 8, 512, 900, 900, 900]);
});

test('the delay runs from the last failure', () => {
  expect(lockedForS(undefined, policy, after(0))).toBe(0);
  expect(lockedForS({ failures: 4, lastFailedAt }, policy, after(0))).toBe(0);
  expect(lockedForS({ failures: 7, lastFailedAt }, policy, after(1))).toBe(7);
  expect(lockedForS({ failures: 7, lastFailedAt }, policy, after(7.5))).toBe(1);
  expect(lockedForS({ failures: 7, lastFailedAt }, policy, after(8))).toBe(0);
});

test('a day of guessing from one network gives a hundred and some guesses, pauses or not', () => {
  const day = 24 * 3600;
  let [guesses, failures, nowS, lastS] = [0, 0, 0, 0];
  while (nowS < day) {
    guesses += 1;
    failures += 1;
    lastS = nowS;
    nowS = Math.max(lastS + lockoutDelayS(failures, policy), nowS + 0.2);
  }
  expect(guesses).toBeLessThan(120);
  // Waiting until all is forgotten: what is tried before the delay is longer than an hour divided by the guesses.
  const perHour = policy.freeFailures + Math.ceil(Math.log2(policy.maxS / policy.baseS));
  expect(24 * perHour).toBeLessThan(400);
});
