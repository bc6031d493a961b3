import { expect, test } from 'vitest';
import type { MetricQuery } from './metric-query.ts';
import { chooseResolution } from './metric-resolution.ts';

const now = new Date('2026-03-02T00:30:00Z');
const resolutions = [
  { stepS: 0, keepDays: 30 },
  { stepS: 300, keepDays: 180 },
  { stepS: 3_600, keepDays: 1_825 },
];
const query: MetricQuery = {
  tenantId: 'default',
  name: 'm',
  from: '2026-03-01T00:00:00Z',
  to: '2026-03-02T00:00:00Z',
  stepS: 7_200,
  where: [],
  groupBy: [],
  aggregates: ['avg'],
};
const chosen = (changed: Partial<MetricQuery>) => {
  const choice = chooseResolution({ ...query, ...changed }, resolutions, now);
  return choice.ok ? choice.resolutionS : choice.keptSince;
};

test('the coarsest intervals that add up to the steps answer', () => {
  expect(chosen({})).toBe(3_600);
  expect(chosen({ stepS: 600 })).toBe(300);
  expect(chosen({ stepS: 400 })).toBe(0);
});

test('no interval is cut by an edge of the range', () => {
  expect(chosen({ from: '2026-03-01T00:05:00Z' })).toBe(300);
  expect(chosen({ to: '2026-03-01T00:20:00.001Z' })).toBe(0);
  expect(chosen({ from: '2026-03-01T01:00:00+01:00' })).toBe(3_600);
});

test('percentiles are made from points', () => {
  expect(chosen({ aggregates: ['count', 'p99'] })).toBe(0);
});

test('what is no longer kept finely enough is refused rather than half told', () => {
  const from = '2025-12-01T00:00:00Z';
  expect(chosen({ from, stepS: 600 })).toBe(300);
  expect(chosen({ from, stepS: 60 })).toBe('2026-01-31T00:30:00.000Z');
  expect(chosen({ from, aggregates: ['p50'] })).toBe('2026-01-31T00:30:00.000Z');
  expect(chosen({ from: '2020-01-01T00:00:00Z' })).toBe(3_600);
});
