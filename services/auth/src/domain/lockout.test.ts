import { expect, test } from 'vitest';
import { lockedForS } from './lockout.ts';

const policy = { maxFailures: 10, windowS: 900 };
const windowStartedAt = '2026-03-01T10:00:00.000Z';
const after = (seconds: number): Date => new Date(Date.parse(windowStartedAt) + seconds * 1000);

test('an account is locked from the last allowed failure until its window ends', () => {
  expect(lockedForS(undefined, policy, after(0))).toBe(0);
  expect(lockedForS({ failures: 9, windowStartedAt }, policy, after(1))).toBe(0);
  expect(lockedForS({ failures: 10, windowStartedAt }, policy, after(1))).toBe(899);
  expect(lockedForS({ failures: 500, windowStartedAt }, policy, after(899.5))).toBe(1);
  expect(lockedForS({ failures: 10, windowStartedAt }, policy, after(900))).toBe(0);
});
