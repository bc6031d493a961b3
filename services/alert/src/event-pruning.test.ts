import { createDbCluster } from '@soc/db-cluster';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { alertService } from './app.ts';
import { createEventBlockRepository } from './event-block-repository.ts';
import { createEventPruning } from './event-pruning.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const NOW = new Date('2026-03-01T08:00:00Z');

test('of raw events the old are forgotten, and of a tenant that has too many bytes the oldest, but nothing of the others', async () => {
  // Of a thousand bytes each, an hour apart, the first the oldest.
  await service.query(
    `insert into alert.event_blocks (tenant_id, id, received_at, source, events, body)
     select tenant, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1::timestamptz - make_interval(hours => 20 - n),
       null, n, decode(repeat('ab', 1000), 'hex')
     from (values ('full', 12), ('modest', 4)) as given (tenant, blocks), generate_series(1, 12) as n where n <= blocks`,
    [NOW],
  );
  const db = createDbCluster({
    primaryUrl: service.env['DATABASE_URL'] ?? '',
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('alert', 'test'),
    onError: vi.fn(),
  });
  const prune = (keepBytes: number | undefined) =>
    createEventPruning({
      db,
      blocks: createEventBlockRepository(),
      now: () => NOW,
      log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
      // The two oldest of each are older.
      keepMs: 17.5 * 3_600_000,
      keepBytes,
    }).prune();
  const left = async (tenant: string) =>
    (
      await service.query<{ events: number }>(
        'select events from alert.event_blocks where tenant_id = $1 order by id',
        [tenant],
      )
    ).map(({ events }) => events);
  await prune(undefined);
  expect([await left('full'), await left('modest')]).toEqual([
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    [3, 4],
  ]);
  await prune(4_500);
  expect([await left('full'), await left('modest')]).toEqual([
    [9, 10, 11, 12],
    [3, 4],
  ]);
  await db.close();
});
