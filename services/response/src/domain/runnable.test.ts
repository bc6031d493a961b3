import { expect, test } from 'vitest';
import { whyNotRunnable } from './runnable.ts';

const at = new Date('2026-03-01T00:00:00.000Z');
const runnable = { enabled: true, revoked: false, validFrom: null, validUntil: null };

test.each([
  [runnable, undefined],
  [{ ...runnable, enabled: false }, 'disabled'],
  [{ ...runnable, enabled: false, revoked: true }, 'revoked'],
  [{ ...runnable, validFrom: '2026-03-01T00:00:00.000Z', validUntil: '2026-03-01T00:00:00.001Z' }, undefined],
  [{ ...runnable, validFrom: '2026-03-01T00:00:00.001Z' }, 'not_yet_valid'],
  [{ ...runnable, validUntil: '2026-03-01T00:00:00.000Z' }, 'expired'],
])('%j: %s', (facts, expected) => {
  expect(whyNotRunnable(facts, at)).toBe(expected);
});
