import { readFileSync } from 'node:fs';
import type { CreateAlertBody } from '@soc/contracts/alert/ingest';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { GiveVerdict, UpdateAlert } from '@soc/contracts/alert/triage';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { openIncident, postAlert } from '../arrange.fixture.ts';

let service: TestService;
const id = new Map<string, string>();

const given: Readonly<Record<string, Partial<CreateAlertBody>>> = {
  first: {
    severity: 'low',
    source: 'edr',
    occurredAt: '2026-03-01T08:00:00Z',
    description: 'lateral movement by PsExec',
  },
  second: {
    severity: 'high',
    source: 'proxy',
    occurredAt: '2026-03-01T09:00:00Z',
    observables: [{ type: 'domain', value: 'Evil.example' }],
  },
  third: { severity: 'critical', source: 'edr', occurredAt: '2026-03-01T10:00:00Z', techniques: ['T1003.001'] },
  fourth: { severity: 'low', source: 'mail', occurredAt: '2026-03-01T11:00:00Z', title: 'Phish "invoice 4711"' },
};

beforeAll(async () => {
  service = await startTestService(alertService);
  for (const [name, alert] of Object.entries(given)) {
    id.set(name, await postAlert(service, { title: `The ${name} alert`, ...alert }));
  }
  await service.call(UpdateAlert, {
    params: { id: id.get('first') ?? '' },
    body: { assignee: 'ann', status: 'triaged' },
  });
  await service.call(GiveVerdict, { params: { id: id.get('second') ?? '' }, body: { verdict: 'false_positive' } });
});
afterAll(() => service.close());

async function found(query: Record<string, string | readonly string[]>): Promise<readonly string[]> {
  const { status, body } = await service.call(ListAlerts, { query });
  expect(status).toBe(200);
  const names = new Map([...id].map(([name, alertId]) => [alertId, name]));
  return body.items.map((alert) => names.get(alert.id) ?? alert.id);
}

test.each(['-'.repeat(512), '- '.repeat(200), `${'--'.repeat(100)}the`])(
  'minus signs without end are read',
  async (q) => {
    expect((await service.call(ListAlerts, { query: { q } })).status).toBe(200);
  },
);

test('all alerts come the latest first, each once over the pages', async () => {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: { items: { id: string }[]; nextCursor: string | null } } = await service.call(ListAlerts, {
      query: { limit: 3, ...(cursor !== '' && { cursor }) },
    });
    seen.push(...body.items.map((alert) => alert.id));
    ({ nextCursor: cursor } = body);
  }
  expect(seen).toEqual(['fourth', 'third', 'second', 'first'].map((name) => id.get(name)));
});

test.each([
  [{ status: 'new' }, ['fourth', 'third']],
  [{ status: 'triaged,closed' }, ['second', 'first']],
  [{ severity: 'critical' }, ['third']],
  [{ severity: ['critical', 'low'] }, ['fourth', 'third', 'first']],
  [{ severity: 'critical,high' }, ['third', 'second']],
  [{ source: 'edr' }, ['third', 'first']],
  [{ assignee: 'ann' }, ['first']],
  [{ verdict: 'false_positive' }, ['second']],
  [{ observable: 'EVIL.example' }, ['second']],
  [{ technique: 'T1003.001' }, ['third']],
  [{ from: '2026-03-01T09:00:00Z', to: '2026-03-01T11:00:00Z' }, ['third', 'second']],
  [{ q: 'psexec' }, ['first']],
  [{ q: 'evil.example' }, ['second']],
  [{ q: '"invoice 4711"' }, ['fourth']],
  [{ q: 'alert -psexec', source: 'edr' }, ['third']],
  [{ q: 'alert', status: 'new', severity: 'low' }, []],
])('%j finds %j', async (query, names) => {
  expect(await found(query)).toEqual(names);
});

test('another tenant sees none of them', async () => {
  const { body } = await service.call(ListAlerts, { token: service.tokens.otherTenantAdmin });
  expect(body).toEqual({ items: [], nextCursor: null });
});

test('an incident lists its members', async () => {
  const { incident, alertIds } = await openIncident(service, 'ws-list');
  expect((await found({ incidentId: incident.id })).toSorted()).toEqual([...alertIds].toSorted());
});

const naughty = sharedData('11-robustness/naughty-strings.json');

test.skipIf(naughty === undefined)('naughty strings in every filter never break anything', async () => {
  // The file is a list of strings.
  const strings = JSON.parse(readFileSync(naughty ?? '', 'utf8')) as readonly string[];
  const answers = await Promise.all(
    strings.flatMap((text) =>
      ['q', 'observable', 'source', 'assignee', 'technique', 'cursor', 'status', 'from', 'incidentId'].map((name) =>
        service.call(ListAlerts, { query: { [name]: text } }),
      ),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
});

describe('refused', () => {
  test.each([
    [{ status: 'open' }, 'query.status.0'],
    [{ severity: 'low,awful' }, 'query.severity.1'],
    [{ from: 'yesterday' }, 'query.from'],
    [{ limit: 0 }, 'query.limit'],
    [{ cursor: 'bm90IG91cnM' }, 'query.cursor'],
  ])('%j names %s', async (query, path) => {
    const { status, problem } = await service.call(ListAlerts, { query });
    expect([status, problem?.errors?.[0]?.path]).toEqual([400, path]);
  });
});
