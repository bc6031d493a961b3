import { createDbCluster } from '@soc/db-cluster';
import { CreateAlert, ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { alertService } from './app.ts';
import { createArrivalRepository } from './arrival-repository.ts';
import { createBulkClaimRepository } from './bulk-claim-repository.ts';
import { createDeduplicationRepository } from './deduplication-repository.ts';
import { createCorrelationWindowRepository } from './correlation-window-repository.ts';
import { createEventSourceRepository } from './event-source-repository.ts';
import { createFingerprintRepository } from './fingerprint-repository.ts';
import { createIdempotencyRepository } from './idempotency-repository.ts';
import { createMoveRepository } from './move-repository.ts';
import { createRiskRepository } from './risk-repository.ts';
import { createPruning } from './pruning.ts';

const HOUR_MS = 3_600_000;
let service: TestService;
let clockMs: number;

beforeEach(async () => {
  clockMs = Date.now();
  service = await startTestService(alertService, { now: () => new Date(clockMs), env: { DEDUP_WINDOW_S: '7200' } });
});
afterEach(() => service.close());

const post = async (headers = {}) =>
  (await service.call(CreateAlert, { body: { title: 'Disk full', severity: 'low' }, headers })).body;

test('an alert absorbs others until its window, counted from its first arrival, is over', async () => {
  const first = await post();
  clockMs += 1.5 * HOUR_MS;
  expect(await post()).toMatchObject({ id: first.id, occurrences: 2 });
  clockMs += 0.4 * HOUR_MS;
  expect(await post()).toMatchObject({ id: first.id, occurrences: 3 });
  clockMs += 0.1 * HOUR_MS;
  const next = await post();
  expect(next).toMatchObject({ occurrences: 1, deduplicated: false });
  expect(next.id).not.toBe(first.id);
});

test('an Idempotency-Key is free again after 24 hours', async () => {
  const headers = { 'idempotency-key': 'daily' };
  const first = await post(headers);
  clockMs += 23.9 * HOUR_MS;
  expect(await post(headers)).toEqual(first);
  clockMs += 0.2 * HOUR_MS;
  expect((await post(headers)).id).not.toBe(first.id);
});

test('the news that it is over finds its alert after the window, and opens none', async () => {
  const receive = async (status: string) => {
    const alert = { status, labels: { alertname: 'DiskFull', instance: 'srv9' }, startsAt: '2026-03-01T08:00:00Z' };
    const body = { status, alerts: [alert] };
    const params = { source: 'prometheus-alertmanager' };
    return (await service.call(ReceiveWebhook, { params, body })).body.alerts[0];
  };
  const fired = await receive('firing');
  clockMs += 5 * HOUR_MS;
  expect(await receive('resolved')).toEqual({ id: fired?.id, deduplicated: true });
  const again = await receive('firing');
  expect(again).toMatchObject({ deduplicated: false });
  expect(again?.id).not.toBe(fired?.id);
});

test('expired fingerprints, keys, claims and merges are forgotten, the others kept', async () => {
  await post({ 'idempotency-key': 'old' });
  clockMs += 27 * HOUR_MS;
  await service.call(CreateAlert, {
    body: { title: 'Fresh', severity: 'low', fingerprint: 'fresh' },
    headers: { 'idempotency-key': 'new' },
  });
  await service.query(
    `insert into alert.bulk_claims (tenant_id, key, holder, claimed_until) values
       ('default', 'dead', gen_random_uuid(), clock_timestamp() - interval '1 s'),
       ('default', 'alive', gen_random_uuid(), clock_timestamp() + interval '1 min')`,
  );
  for (const [kind, days] of [
    ['merge', 91],
    ['split', 89],
  ] as const) {
    await service.query(
      `insert into alert.incident_moves (id, tenant_id, reshape_id, kind, from_id, into_id, alert_ids, at)
       values (gen_random_uuid(), 'default', gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), '{}', $2)`,
      [kind, new Date(clockMs - days * 24 * HOUR_MS)],
    );
  }
  const db = createDbCluster({
    primaryUrl: service.env['DATABASE_URL'] ?? '',
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('alert', 'test'),
    onError: vi.fn(),
  });
  await createPruning({
    db,
    fingerprints: createFingerprintRepository(),
    arrivals: createArrivalRepository(),
    risks: createRiskRepository(),
    moves: createMoveRepository(),
    deduplication: createDeduplicationRepository(),
    idempotencyKeys: createIdempotencyRepository(),
    bulkClaims: createBulkClaimRepository(),
    correlationWindows: createCorrelationWindowRepository(),
    eventSourceRows: createEventSourceRepository(),
    now: () => new Date(clockMs),
    log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  }).prune();
  await db.close();
  expect(await service.query('select fingerprint from alert.fingerprints')).toEqual([{ fingerprint: 'fresh' }]);
  expect(await service.query('select key from alert.idempotency_keys')).toEqual([{ key: 'new' }]);
  expect(await service.query('select kind from alert.incident_moves')).toEqual([{ kind: 'split' }]);
  expect(await service.query('select key from alert.bulk_claims')).toEqual([{ key: 'alive' }]);
});
