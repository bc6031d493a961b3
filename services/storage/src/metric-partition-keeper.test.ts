import { MetricRecorded } from '@soc/contracts';
import { QueryMetric } from '@soc/contracts/storage/metrics';
import { sql } from '@soc/db-cluster';
import { startTestService, waitFor } from '@soc/fleet/testing';
import { createMessage } from '@soc/messaging';
import { expect, onTestFinished, test } from 'vitest';
import { storageService } from './app.ts';
import { createMetricPartitionKeeper } from './metric-partition-keeper.ts';
import { createMetricPartitionRepository } from './metric-partition-repository.ts';
import { createPostgresMetricStore } from './adapters/postgres-metric-repository.ts';
import { openStorageDatabase } from './storage-database.fixture.ts';

const keepDays = { metric_points: 30, metric_rollups_5m: 180, metric_rollups_1h: 1_825 };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const point = { tenantId: 'default', name: 'm', value: 1, labels: {} };

test('partitions are there before a point needs one, and go when the time of all their points is over', async () => {
  const { db, close } = await openStorageDatabase();
  onTestFinished(close);
  let now = new Date('2026-03-01T12:00:00Z');
  const partitions = createMetricPartitionRepository();
  const given = { db, partitions, keepDays, keepsPoints: true, now: () => now };
  const keeper = createMetricPartitionKeeper({ ...given, log });
  const tables = async (parent: string) => {
    const rows = await db.write.query<{ name: string }>(sql`
      select c.relname as name from pg_inherits join pg_class c on c.oid = inhrelid
      where inhparent = ${`storage.${parent}`}::text::regclass order by 1`);
    return rows.map(({ name }) => name.replace(`${parent}_`, ''));
  };
  await keeper.keep();
  expect(await tables('metric_points')).toEqual(['20260301', '20260302', '20260303', '20260304']);
  expect(await tables('metric_rollups_5m')).toEqual(['20260226']);

  const store = createPostgresMetricStore(given);
  const write = (at: string) => db.tx((tx) => store.write([{ ...point, at }], tx));
  await write('2026-02-14T23:59:59.999Z');
  await write('2025-12-01T00:00:00.000Z');
  await write('2026-03-01T00:00:00.000Z');
  expect((await tables('metric_points'))[0]).toBe('20260214');
  now = new Date('2026-03-17T00:00:00Z');
  await keeper.keep();
  expect(await tables('metric_points')).toEqual(['20260301', '20260302', '20260303', '20260304', ...marchAhead]);
  const of = async (resolutionS: number, aggregate: 'p50' | 'count') => {
    const range = { from: '2025-12-01T00:00:00Z', to: '2026-03-02T00:00:00Z', stepS: 86_400 * 91 };
    const query = { tenantId: 'default', name: 'm', ...range, where: [], groupBy: [], aggregates: [aggregate] };
    const answer = await store.query({ ...query, resolutionS }, db.write);
    return answer.ok ? answer.series[0]?.items[0]?.[aggregate] : answer.refusal;
  };
  expect([await of(300, 'count'), await of(3_600, 'count')]).toEqual([3, 3]);

  now = new Date('2031-04-01T00:00:00Z');
  await keeper.keep();
  expect(await db.write.query(sql`select count(*)::int as left from storage.metric_series`)).toEqual([{ left: 0 }]);
});
const marchAhead = ['20260317', '20260318', '20260319', '20260320'];

test('an event that is delivered twice is one point, and a tenant reaches no partition itself', async () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' }, now: () => now });
  onTestFinished(() => service.close());
  const event = { name: 'm', value: 1, at: '2026-03-01T10:00:00Z', labels: {} };
  const meta = { tenantId: 'default', subject: 'm', correlationId: 'm' };
  const { envelope } = createMessage(MetricRecorded, event, meta, { source: MetricRecorded.owner, now });
  await service.emitText(MetricRecorded, envelope);
  await service.emitText(MetricRecorded, envelope);
  await service.emit(MetricRecorded, { ...event, value: 5 });
  const query = { name: 'm', from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00Z', step: 60 };
  await waitFor(async () => {
    const { body } = await service.call(QueryMetric, { query });
    return body.series[0]?.items[0]?.count === 2;
  });
  const asTenant = service.asTenant('default');
  expect(await asTenant.query(sql`select value from storage.metric_points order by 1`)).toEqual([
    { value: 1 },
    { value: 5 },
  ]);
  expect(await service.asTenant('other').query(sql`select value from storage.metric_points`)).toEqual([]);
  for (const table of ['metric_points_20260301', 'metric_rollups_5m_20260226', 'metric_rollups_1h_20260226']) {
    const reach = asTenant.query({ text: `select from storage.${table}`, values: [] });
    await expect(reach).rejects.toThrow(/permission denied|does not exist/);
  }
  await expect(
    asTenant.query(sql`select storage.drop_metric_partitions('metric_points', '1 day', now())`),
  ).rejects.toThrow('permission denied');
});
