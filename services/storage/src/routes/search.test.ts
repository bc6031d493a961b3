import {
  AlertCreated,
  AlertUpdated,
  CommentAdded,
  EventReceived,
  EvidenceStored,
  IncidentCreated,
  IncidentUpdated,
  uuidv7,
} from '@soc/contracts';
import { Search, SearchFacets, SearchHistogram } from '@soc/contracts/storage/search';
import { exampleAlert, exampleIncident, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: '/nonexistent' } });
});
afterAll(() => service.close());

const found = async (q: string, query: Record<string, string | number> = {}) =>
  (await service.call(Search, { query: { q, ...query }, token: service.tokens.viewer })).body;
/** The first hit, once there is one that is as expected. */
const foundOnce = (q: string, expected: object = {}) =>
  waitFor(async () => {
    const [hit] = (await found(q)).items;
    expect(hit).toMatchObject(expected);
    return hit;
  });
const newId = () => uuidv7(Date.now());

test('an alert is found as soon as its event arrives, and as it stands after a change', async () => {
  const alert = exampleAlert({ id: newId(), title: 'Kerberoasting on dc01' });
  await service.emit(AlertCreated, { alert });
  const hit = { kind: 'alert', id: alert.id, title: alert.title, severity: 'high', source: 'suricata' };
  await foundOnce('kerberoasting', { ...hit, status: 'new' });
  await service.emit(AlertUpdated, { alert: { ...alert, status: 'closed', version: 2 }, changed: ['status'] });
  expect(await foundOnce('dc01', { status: 'closed' })).toMatchObject(hit);
});

test('a change that comes before the alert it changes is not undone by it', async () => {
  const alert = exampleAlert({ id: newId(), title: 'Out of order' });
  await service.emit(AlertUpdated, { alert: { ...alert, status: 'triaged', version: 2 }, changed: ['status'] });
  await foundOnce(alert.id);
  await service.emit(AlertCreated, { alert });
  const last = exampleAlert({ id: newId() });
  await service.emit(AlertCreated, { alert: last });
  await foundOnce(last.id);
  expect((await found(alert.id)).items).toMatchObject([{ status: 'triaged' }]);
});

test('a change of what is not searched is passed over', async () => {
  const alert = exampleAlert({ id: newId(), title: 'Only repeated' });
  await service.emit(AlertUpdated, { alert: { ...alert, version: 2 }, changed: ['occurrences', 'analysedAt'] });
  const last = exampleAlert({ id: newId() });
  await service.emit(AlertUpdated, { alert: last, changed: ['title'] });
  await foundOnce(last.id);
  expect((await found(alert.id)).items).toEqual([]);
});

test('incidents are found by what holds them together, and by type', async () => {
  const incident = exampleIncident({ id: newId(), entities: [{ type: 'domain', value: 'c2.evil.example' }] });
  await service.emit(IncidentCreated, { incident, alertIds: [], reasons: [] });
  await foundOnce('evil.example', { id: incident.id });
  const updated = { ...incident, title: 'Renamed', version: 2 };
  await service.emit(IncidentUpdated, { incident: updated, changed: ['title'], addedAlertIds: [] });
  await foundOnce('renamed', { kind: 'incident', id: incident.id });
  expect((await found('evil.example', { type: 'alert' })).items).toEqual([]);
});

const countPageByPage = async (q: string): Promise<number> => {
  const ids = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const { items, nextCursor } = await found(q, { limit: 200, ...(cursor && { cursor }) });
    for (const { id } of items) ids.add(id);
    cursor = nextCursor;
  }
  return ids.size;
};

test('a thousand alerts at once are all found, page by page', async () => {
  const alerts = Array.from({ length: 1_000 }, (_, index) => exampleAlert({ id: newId(), title: `Flood ${index}` }));
  await Promise.all(alerts.map((alert) => service.emit(AlertCreated, { alert })));
  const isComplete = async () => (await countPageByPage('flood')) === 1_000;
  expect(await waitFor(isComplete)).toBe(true);
});

test('a query that holds nothing to search is refused', async () => {
  const { status, problem } = await service.call(Search, { query: { q: '-- "" ???' } });
  expect([status, problem?.errors]).toEqual([
    400,
    [{ path: 'query.q', message: 'at character 1: has no letter or digit to search for' }],
  ]);
});

test('what is wrong with a query is told with its place', async () => {
  const { status, problem } = await service.call(Search, { query: { q: 'ssh and hots:web' } });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'query.q']);
  expect(problem?.errors?.[0]?.message).toContain('at character 9: there is no field "hots"');
});

test('a hit shows what was found, marked, in its title and its texts', async () => {
  const description = 'Then rundll32.exe loaded a library';
  const alert = exampleAlert({ id: newId(), title: 'Marked by rundll32.exe', description });
  await service.emit(AlertCreated, { alert });
  const hit = await foundOnce('rundll32.exe title:marked');
  expect(hit?.highlights.map(({ parts }) => parts.filter(({ isMatch }) => isMatch).map(({ text }) => text))).toEqual([
    ['Marked', 'rundll32.exe'],
    ['rundll32.exe'],
  ]);
});

test('what is found is counted by field and over time', async () => {
  const host = (value: string) => [{ type: 'host' as const, value }];
  const alerts = [
    exampleAlert({ id: newId(), title: 'Counted', observables: host('web-01'), severity: 'low' }),
    exampleAlert({
      id: newId(),
      title: 'Counted',
      observables: host('WEB-01'),
      occurredAt: '2026-03-01T10:59:59.000Z',
    }),
    exampleAlert({
      id: newId(),
      title: 'Counted',
      observables: host('web-02'),
      occurredAt: '2026-03-01T11:00:00.000Z',
    }),
  ];
  for (const alert of alerts) await service.emit(AlertCreated, { alert });
  await waitFor(async () => expect((await found('counted')).items).toHaveLength(3));
  const facets = await service.call(SearchFacets, {
    query: { q: 'counted', fields: 'host,severity,assignee', size: 2 },
  });
  expect(facets.body).toEqual({
    counted: 3,
    isComplete: true,
    facets: [
      {
        field: 'host',
        values: [
          { value: 'web-01', count: 2 },
          { value: 'web-02', count: 1 },
        ],
      },
      {
        field: 'severity',
        values: [
          { value: 'high', count: 2 },
          { value: 'low', count: 1 },
        ],
      },
      { field: 'assignee', values: [] },
    ],
  });
  const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
  const histogram = await service.call(SearchHistogram, { query: { q: 'counted', ...range, step: 3_600 } });
  expect(histogram.body).toEqual({
    counted: 3,
    isComplete: true,
    stepS: 3_600,
    items: [
      { at: '2026-03-01T10:00:00.000Z', count: 2 },
      { at: '2026-03-01T11:00:00.000Z', count: 1 },
    ],
  });
  for (const [query, code] of [
    [{ ...range, step: 1 }, 'storage.too_many_steps'],
    [{ from: range.to, to: range.from, step: 60 }, 'storage.empty_range'],
  ] as const) {
    const refused = await service.call(SearchHistogram, { query: { q: 'counted', ...query } });
    expect([refused.status, refused.problem?.code]).toEqual([422, code]);
  }
});

test('comments, raw events and evidence are found, each by the alert it belongs to', async () => {
  const alertId = newId();
  const [at, text] = ['2026-03-01T10:00:00.000Z', 'Looks like lateral movement'];
  const comment = { id: newId(), alertId, author: { id: 'ann', name: 'Ann Smith' }, text, createdAt: at };
  await service.emit(CommentAdded, { comment });
  const raw = { id: newId(), alertId, source: 'sysmon', text: '{"Image":"C:\\\\Windows\\\\wscript.exe"}' };
  const unknown = { ...raw, id: newId(), alertId: null };
  await service.emit(EventReceived, { receivedAt: at, items: [raw, unknown] });
  const evidence = {
    objectId: newId(),
    filename: 'memory.dmp',
    sha256: 'ab'.repeat(32),
    sizeBytes: 1,
    incidentId: null,
  };
  await service.emit(EvidenceStored, { ...evidence, alertId, storedBy: 'Ann Smith', storedAt: at });
  const expected = { alertId, severity: null, status: null, occurredAt: at };
  await foundOnce(`"lateral movement" alert:${alertId}`, { ...expected, kind: 'comment', id: comment.id });
  await foundOnce(`wscript.exe alert:${alertId}`, { ...expected, kind: 'event', id: raw.id, source: 'sysmon' });
  await foundOnce(`hash:${evidence.sha256} author:ann*`, { ...expected, kind: 'evidence', title: 'memory.dmp' });
  expect((await found('wscript.exe', { type: 'event' })).items).toHaveLength(2);
  expect((await found(`alert:${alertId}`)).items).toHaveLength(3);
});
