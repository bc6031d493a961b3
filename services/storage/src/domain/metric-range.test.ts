import { expect, test } from 'vitest';
import { checkMetricRange } from './metric-range.ts';

const from = '2026-03-01T00:00:00Z';

test('a range may have 2,000 steps', () => {
  expect(checkMetricRange({ from, to: '2026-03-01T00:33:20Z', stepS: 1 })).toEqual({ ok: true });
  expect(checkMetricRange({ from, to: '2026-03-01T00:33:21Z', stepS: 1 })).toEqual({
    ok: false,
    refusal: 'too_many_steps',
  });
});

test('a range that ends where it begins holds nothing', () => {
  expect(checkMetricRange({ from, to: from, stepS: 60 })).toEqual({ ok: false, refusal: 'empty_range' });
});
