import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { createTestDatabase, type TestDatabase } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresMetricStore } from '../adapters/postgres-metric-repository.ts';
import type { MetricStore } from './metric-store.ts';

/** Every adapter passes the same tests; a new one is a line here. */
const adapters: readonly { readonly name: string; readonly open: () => MetricStore }[] = [
  { name: 'PostgreSQL', open: createPostgresMetricStore },
];

let database: TestDatabase;
let db: DbCluster;
beforeAll(async () => {
  database = await createTestDatabase('storage');
  const migrations = new URL('../../migrations/', import.meta.url);
  await migrate({ url: database.url, schema: 'storage', directories: [messagingMigrations, migrations] });
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'metric-store-test',
    registry: createRegistry('storage', 'test'),
    onError: () => undefined,
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const at = (time: string): string => `2026-03-01T${time}.000Z`;

describe.each(adapters)('metric store: $name', ({ open }) => {
  const store = open();
  const write = (tenantId: string, name: string, points: readonly (readonly [string, number])[]) =>
    db.tx((tx) =>
      store.write(
        points.map(([time, value]) => ({ tenantId, name, at: at(time), value, labels: { severity: `o'"{,}` } })),
        tx,
      ),
    );

  test('summarises the points of each step, from included and to excluded', async () => {
    const points = [
      ['09:59:59', 1_000],
      ['10:00:00', 1],
      ['10:00:59', 2],
      ['10:02:00', -7.5],
      ['10:03:00', 1_000],
    ] as const;
    await write('default', 'alert.time_to_acknowledge_s', points);
    const range = { tenantId: 'default', name: 'alert.time_to_acknowledge_s', stepS: 60 };
    expect(await store.summarise({ ...range, from: at('10:00:00'), to: at('10:03:00') }, db.write)).toEqual([
      { at: at('10:00:00'), avg: 1.5, min: 1, max: 2, count: 2 },
      { at: at('10:02:00'), avg: -7.5, min: -7.5, max: -7.5, count: 1 },
    ]);
  });

  test('steps are counted from the beginning of the range', async () => {
    await write('default', 'steps', [['10:00:20', 1]]);
    const range = { tenantId: 'default', name: 'steps', stepS: 60, from: at('09:59:30'), to: at('10:05:00') };
    expect(await store.summarise(range, db.write)).toMatchObject([{ at: at('09:59:30') }]);
  });

  test('keeps names and tenants apart', async () => {
    await write('default', 'mine', [['10:00:00', 1]]);
    const range = { stepS: 60, from: at('09:00:00'), to: at('11:00:00') };
    expect(await store.summarise({ ...range, tenantId: 'default', name: 'yours' }, db.write)).toEqual([]);
    expect(await store.summarise({ ...range, tenantId: 'other', name: 'mine' }, db.write)).toEqual([]);
  });
});
