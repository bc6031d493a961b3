import { expect, test } from 'vitest';
import { keepPoint, type MetricPoint } from './metric-point.ts';

const bounds = { now: new Date('2026-03-02T00:00:00Z'), keptSince: new Date('2021-03-02T00:00:00Z') };
const point: MetricPoint = { tenantId: 't', name: 'm', at: '2026-03-01T00:00:00Z', value: 1, labels: {} };
const kept = (changed: Partial<MetricPoint>) => {
  const decision = keepPoint({ ...point, ...changed }, bounds);
  return decision.ok ? decision.point : decision.refusal;
};

test('times are kept in UTC to the millisecond', () => {
  expect(kept({ at: '2026-03-01T02:00:00.123456+02:00' })).toMatchObject({ at: '2026-03-01T00:00:00.123Z' });
});

test('texts become what every store can hold', () => {
  expect(kept({ name: 'a\0b', labels: { 'c\0': 'd\ud800' } })).toMatchObject({
    name: 'a\ufffdb',
    labels: { 'c\ufffd': 'd\ufffd' },
  });
});

test('the same labels are the same series, whatever their order', () => {
  expect(JSON.stringify(kept({ labels: { b: '1', a: '2' } }))).toBe(
    JSON.stringify(kept({ labels: { a: '2', b: '1' } })),
  );
});

test.each([
  ['name_too_long', { name: 'x'.repeat(201) }],
  ['name_too_long', { name: '' }],
  ['too_many_labels', { labels: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`l${index}`, ''])) }],
  ['label_too_long', { labels: { a: 'x'.repeat(301) } }],
  ['label_too_long', { labels: { ['a'.repeat(201)]: '' } }],
  ['value_out_of_range', { value: -1e151 }],
  ['time_out_of_range', { at: '2026-03-03T00:00:00.001Z' }],
  ['time_out_of_range', { at: '1969-12-31T23:59:59Z' }],
  ['too_old', { at: '2021-03-01T23:59:59Z' }],
])('%s', (refusal, changed) => {
  expect(kept(changed)).toBe(refusal);
});

test('a value too small to be averaged is nothing', () => {
  expect(kept({ value: 5e-324 })).toMatchObject({ value: 0 });
});
