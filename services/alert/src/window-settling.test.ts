import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { alertService } from './app.ts';
import {
  aCorrelation,
  aMatch,
  correlationsOf,
  LATENESS_MS,
  type Replica,
  startReplica,
} from './correlation-replica.fixture.ts';
import type { Submission } from './ingest.ts';
import { createWindowSettling } from './window-settling.ts';

let service: TestService;
let replica: Replica;
let clockMs = Date.now();
const now = () => new Date(clockMs);

beforeAll(async () => {
  service = await startTestService(alertService);
  replica = startReplica(service.env['DATABASE_URL'] ?? '', now);
});
afterAll(async () => {
  await replica.close();
  await service.close();
});

test('a tenant whose rules cannot be had keeps no other waiting, and is judged once they can', async () => {
  const exactlyOne = correlationsOf(aCorrelation({ bounds: [{ operator: 'eq', value: 1 }] }));
  const batches = ['broken', 'sound'].map((tenantId) => ({
    tenantId,
    correlations: exactlyOne,
    matches: [aMatch('e1', clockMs)],
  }));
  await replica.db.tx((tx) => replica.correlateMatches(tx, batches));
  clockMs += LATENESS_MS;
  const stored: Submission[] = [];
  let isBroken = true;
  const settling = createWindowSettling({
    db: replica.db,
    correlation: replica,
    correlationsOf: (tenantId) =>
      tenantId === 'broken' && isBroken ? Promise.reject(new Error('no rules')) : Promise.resolve(exactlyOne),
    ingest: {
      within: (_, submissions) => {
        stored.push(...submissions);
        return Promise.resolve([]);
      },
    },
    now,
    log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    latenessMs: LATENESS_MS,
  });
  const tenants = () => stored.map(({ origin }) => origin.tenantId);
  await settling.settle();
  expect(tenants()).toEqual(['sound']);
  isBroken = false;
  await settling.settle();
  expect(tenants()).toEqual(['sound', 'broken']);
});
