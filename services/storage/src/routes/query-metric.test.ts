import { MetricRecorded } from '@soc/contracts';
import { QueryMetric } from '@soc/contracts/storage/metrics';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' } });
});
afterAll(() => service.close());

const hour = { from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00Z' };

test('recorded values are summarised per step', async () => {
  const name = 'alert.time_to_acknowledge_s';
  for (const [minute, value] of [
    [0, 10],
    [29, 20],
    [30, 60],
  ]) {
    const at = new Date(Date.UTC(2026, 2, 1, 10, minute)).toISOString();
    await service.emit(MetricRecorded, { name, value: value ?? 0, at, labels: { severity: 'high' } });
  }
  const query = { name, ...hour, step: 1_800 };
  const { status, body } = await waitFor(async () => {
    const answer = await service.call(QueryMetric, { query, token: service.tokens.viewer });
    return answer.body.items.reduce((sum, { count }) => sum + count, 0) === 3 ? answer : undefined;
  });
  expect([status, body]).toEqual([
    200,
    {
      name,
      stepS: 1_800,
      items: [
        { at: '2026-03-01T10:00:00.000Z', avg: 15, min: 10, max: 20, count: 2 },
        { at: '2026-03-01T10:30:00.000Z', avg: 60, min: 60, max: 60, count: 1 },
      ],
    },
  ]);
  const other = await service.call(QueryMetric, {
    query: { name, ...hour, step: 60 },
    token: service.tokens.otherTenantAdmin,
  });
  expect(other.body.items).toEqual([]);
});

test.each([
  ['storage.too_many_steps', { ...hour, step: 1 }],
  ['storage.empty_range', { from: hour.to, to: hour.from, step: 60 }],
])('%s', async (code, range) => {
  const { status, problem } = await service.call(QueryMetric, { query: { name: 'x', ...range } });
  expect([status, problem?.code]).toEqual([422, code]);
});
