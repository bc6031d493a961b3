import { MetricRecorded } from '@soc/contracts';
import { QueryMetric } from '@soc/contracts/storage/metrics';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
const now = new Date('2026-03-02T00:00:00Z');
beforeAll(async () => {
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' }, now: () => now });
});
afterAll(() => service.close());

const hour = { from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00Z' };
const name = 'alert.time_to_acknowledge_s';

const record = (at: string, value: number, labels: Record<string, string> = {}) =>
  service.emit(MetricRecorded, { name, value, at, labels });

test('recorded values are told per step, filtered and grouped by labels', async () => {
  await record('2026-03-01T10:00:00Z', 10, { severity: 'high', source: 'edr' });
  await record('2026-03-01T10:29:00Z', 20, { severity: 'low', source: 'edr' });
  await record('2026-03-01T10:30:00Z', 60, { severity: 'high', source: 'edr' });
  await record('2026-03-01T10:30:00Z', 1_000, { severity: 'high', source: 'test' });
  await record('2031-03-01T10:30:00Z', 1, { severity: 'high', source: 'a clock that is wrong' });
  const query = { name, ...hour, step: 1_800 };
  const { body } = await waitFor(async () => {
    const answer = await service.call(QueryMetric, { query, token: service.tokens.viewer });
    const [all] = answer.body.series;
    return all?.items.reduce((sum, { count = 0 }) => sum + count, 0) === 4 ? answer : undefined;
  });
  expect(body).toEqual({
    name,
    stepS: 1_800,
    resolutionS: 300,
    series: [
      {
        labels: {},
        items: [
          { at: '2026-03-01T10:00:00.000Z', avg: 15, min: 10, max: 20, count: 2 },
          { at: '2026-03-01T10:30:00.000Z', avg: 530, min: 60, max: 1_000, count: 2 },
        ],
      },
    ],
  });
  const grouped = await service.call(QueryMetric, {
    query: { ...query, step: 3_600, groupBy: ['severity'], label: ['source!=test'], aggregate: ['sum', 'p50'] },
  });
  expect(grouped.body).toMatchObject({
    resolutionS: 0,
    series: [
      { labels: { severity: 'high' }, items: [{ at: '2026-03-01T10:00:00.000Z', sum: 70, p50: 35 }] },
      { labels: { severity: 'low' }, items: [{ at: '2026-03-01T10:00:00.000Z', sum: 20, p50: 20 }] },
    ],
  });
  const other = await service.call(QueryMetric, {
    query: { name, ...hour, step: 60 },
    token: service.tokens.otherTenantAdmin,
  });
  expect(other.body.series).toEqual([]);
  expect(await service.app.inject('/metrics').then(({ body: text }) => text)).toMatch(
    /soc_storage_metric_points_refused_total\{reason="time_out_of_range",.*\} 1/,
  );
});

test('too many steps of too many series are refused', async () => {
  const many = Array.from({ length: 30 }, (_, source) => ({ source: String(source) }));
  await service.query(
    `with series as (
       insert into storage.metric_series (tenant_id, name, labels, seen_on)
       select 'default', 'many', labels, '2026-03-01' from unnest($1::jsonb[]) as labels returning id)
     insert into storage.metric_points select 'default', id, $2::timestamptz + step * interval '1 second', step, 1
     from series, generate_series(0, 999) as step`,
    [many.map((labels) => JSON.stringify(labels)), hour.from],
  );
  const query = { name: 'many', from: hour.from, to: '2026-03-01T10:20:00Z', step: 1, groupBy: 'source' };
  const { status, problem } = await service.call(QueryMetric, { query });
  expect([status, problem?.code]).toEqual([422, 'storage.too_many_series']);
});

test.each([
  ['storage.too_many_steps', { ...hour, step: 1 }],
  ['storage.empty_range', { from: hour.to, to: hour.from, step: 60 }],
  ['storage.resolution_gone', { from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z', step: 60 }],
])('%s', async (code, range) => {
  const { status, problem } = await service.call(QueryMetric, { query: { name: 'x', ...range } });
  expect([status, problem?.code]).toEqual([422, code]);
});

test.each([
  ['query.label.0', { label: 'severity' }],
  ['query.label.0', { label: '=high' }],
  ['query.aggregate.0', { aggregate: 'median' }],
  ['query.groupBy', { groupBy: ['a', 'b', 'c', 'd', 'e', 'f'] }],
])('%s of no meaning is refused by name', async (path, wrong) => {
  const { status, problem } = await service.call(QueryMetric, { query: { name, ...hour, step: 60, ...wrong } });
  expect([status, problem?.errors?.map((error) => error.path)]).toEqual([400, [path]]);
});
