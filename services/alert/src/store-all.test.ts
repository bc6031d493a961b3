import type { AcceptedAlert } from '@soc/contracts/alert/ingest';
import { NotCommittedError } from '@soc/db-cluster';
import { expect, test, vi } from 'vitest';
import type { Submission } from './ingest.ts';
import { CHUNK_ALERTS, storeAll } from './store-all.ts';

const submission = (title: string): Submission => ({
  alert: {
    title,
    description: null,
    severity: 'low',
    source: 'test',
    ruleId: null,
    ruleName: null,
    externalId: null,
    observables: [],
    tactics: [],
    techniques: [],
    tags: [],
    occurredAt: '2026-03-01T08:00:00.000Z',
    resolved: false,
    fingerprintParts: [title],
  },
  payload: title,
  origin: { tenantId: 'default', correlationId: 'test' },
});

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

const accepted = ({ alert }: Submission): AcceptedAlert => ({
  id: alert.title,
  status: 'new',
  fingerprint: alert.title,
  occurrences: 1,
  deduplicated: false,
});

test('one alert that cannot be stored costs itself only, and the log says so', async () => {
  const many = vi.fn(async (chunk: readonly Submission[]) => {
    if (chunk.some(({ alert }) => alert.title === 'bad')) throw new Error('value out of range');
    return chunk.map(accepted);
  });
  const stored = await storeAll({ many }, ['a', 'bad', 'b'].map(submission), log);
  expect(stored.map((alert) => alert?.id)).toEqual(['a', undefined, 'b']);
  expect(log.error).toHaveBeenCalledOnce();
});

test('alerts are stored chunk by chunk', async () => {
  const many = vi.fn(async (chunk: readonly Submission[]) => chunk.map(accepted));
  const titles = Array.from({ length: CHUNK_ALERTS * 2 + 1 }, (_, index) => String(index));
  const stored = await storeAll({ many }, titles.map(submission), log);
  expect(stored.map((alert) => alert?.id)).toEqual(titles);
  expect(many.mock.calls.map(([chunk]) => chunk.length)).toEqual([CHUNK_ALERTS, CHUNK_ALERTS, 1]);
});

test('a database that does not answer is not taken for a bad alert', async () => {
  const lost = new NotCommittedError('gone');
  const many = vi.fn(() => Promise.reject(lost));
  await expect(storeAll({ many }, ['a', 'b'].map(submission), log)).rejects.toBe(lost);
  expect(many).toHaveBeenCalledOnce();
});
