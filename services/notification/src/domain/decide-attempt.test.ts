import { expect, test } from 'vitest';
import { decideAttempt, type SendResult } from './decide-attempt.ts';

const policy = { maxAttempts: 8, firstRetryMs: 10_000 };
const at = new Date('2026-03-01T10:00:00.000Z');
const failure: SendResult = { ok: false, reason: 'HTTP 500', permanent: false };
const pauseS = (result: SendResult, attempts: number, random: number): number | undefined => {
  const decision = decideAttempt(result, attempts, policy, { at, random });
  return decision.status === 'pending' ? (Date.parse(decision.nextAttemptAt) - at.getTime()) / 1_000 : undefined;
};

test('pauses grow fourfold up to an hour, the upper half of each is random', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempts) => pauseS(failure, attempts, 1))).toEqual([
    10, 40, 160, 640, 2_560, 3_600, 3_600,
  ]);
  expect(pauseS(failure, 2, 0)).toBe(20);
});

test('the last try is the last', () => {
  expect(decideAttempt(failure, 8, policy, { at, random: 0 })).toEqual({ status: 'failed', reason: 'HTTP 500' });
});

test('what another try cannot mend is given up at once', () => {
  expect(decideAttempt({ ...failure, permanent: true }, 1, policy, { at, random: 0 }).status).toBe('failed');
});

test('a receiver may ask for a longer pause, but not for more than an hour', () => {
  expect(pauseS({ ...failure, retryAfterS: 120 }, 1, 0)).toBe(120);
  expect(pauseS({ ...failure, retryAfterS: 1 }, 1, 0)).toBe(5);
  expect(pauseS({ ...failure, retryAfterS: 1e9 }, 1, 0)).toBe(3_600);
});

test('what was sent is delivered', () => {
  expect(decideAttempt({ ok: true }, 8, policy, { at, random: 0 })).toEqual({ status: 'delivered' });
});
