import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
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

const exactlyOne = correlationsOf(aCorrelation({ bounds: [{ operator: 'eq', value: 1 }] }));
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const areCurrent = () => Promise.resolve(true);

test('a tenant whose rules cannot be had keeps no other waiting, and is judged once they can', async () => {
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
    rulesOf: (tenantId) =>
      tenantId === 'broken' && isBroken
        ? Promise.reject(new Error('no rules'))
        : Promise.resolve({ correlations: exactlyOne, areCurrent }),
    ingest: {
      within: (_, submissions) => {
        stored.push(...submissions);
        return Promise.resolve([]);
      },
    },
    now,
    log,
    latenessMs: LATENESS_MS,
  });
  const tenants = () => stored.map(({ origin }) => origin.tenantId);
  await settling.settle();
  expect(tenants()).toEqual(['sound']);
  isBroken = false;
  await settling.settle();
  expect(tenants()).toEqual(['sound', 'broken']);
});

test('a rule whose windows cannot be judged keeps no other of its tenant waiting', async () => {
  const both = correlationsOf(
    ...['hopeless', 'sound'].map((id) => aCorrelation({ id, bounds: [{ operator: 'eq', value: 1 }] })),
  );
  await replica.correlate(both, [aMatch('e1', clockMs, 'two rules')]);
  clockMs += LATENESS_MS;
  const judged: string[] = [];
  const settling = createWindowSettling({
    db: replica.db,
    correlation: {
      findDue: replica.findDue,
      settleDue: (tx, due, rules) =>
        due.ruleId === 'hopeless' ? Promise.reject(new Error('no such date')) : replica.settleDue(tx, due, rules),
    },
    rulesOf: () => Promise.resolve({ correlations: both, areCurrent }),
    ingest: {
      within: (_, submissions) => {
        judged.push(...submissions.map(({ alert }) => alert.ruleId ?? ''));
        return Promise.resolve([]);
      },
    },
    now,
    log,
    latenessMs: LATENESS_MS,
  });
  await settling.settle();
  expect(judged).toEqual(['sound']);
  await service.query('delete from alert.correlation_windows');
});

test('events wait for no rules to be loaded: windows are locked once they are', async () => {
  await replica.correlate(exactlyOne, [aMatch('e1', clockMs)]);
  clockMs += LATENESS_MS;
  const judged: Submission[] = [];
  const settling = createWindowSettling({
    db: replica.db,
    correlation: replica,
    rulesOf: async () => {
      const rows = await service.query('select rule_id from alert.correlation_windows for update nowait');
      expect(rows).toHaveLength(1);
      return { correlations: exactlyOne, areCurrent };
    },
    ingest: {
      within: (_, submissions) => {
        judged.push(...submissions);
        return Promise.resolve([]);
      },
    },
    now,
    log,
    latenessMs: LATENESS_MS,
  });
  await settling.settle();
  expect(judged).toHaveLength(1);
});

test('a settling that takes longer than the time between two is not begun again, nor made up for', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const slow = Promise.withResolvers<undefined>();
  const findDue = vi.fn(() => slow.promise);
  const settling = createWindowSettling({
    db: replica.db,
    correlation: { findDue, settleDue: replica.settleDue },
    rulesOf: () => Promise.reject(new Error('nothing is due')),
    ingest: { within: () => Promise.resolve([]) },
    now,
    log,
    latenessMs: LATENESS_MS,
  });
  await settling.start();
  vi.advanceTimersByTime(60_000);
  const stopped = settling.stop();
  slow.resolve(undefined);
  await stopped;
  expect(findDue).toHaveBeenCalledTimes(1);
});
