import { EvidenceStored, ResponseCompleted } from '@soc/contracts';
import { GetIncidentGraph } from '@soc/contracts/alert/incident-work';
import { GetIncident, ListIncidentAlerts, ListIncidents } from '@soc/contracts/alert/incidents';
import { GetAlertTimeline, GetIncidentTimeline } from '@soc/contracts/alert/timeline';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, openIncident, postAlert } from '../arrange.fixture.ts';

let service: TestService;
let opened: Awaited<ReturnType<typeof openIncident>>;
beforeAll(async () => {
  service = await startTestService(alertService);
  opened = await openIncident(service, 'ws1', { severity: 'high' });
});
afterAll(() => service.close());

const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';

test('an incident tells why its alerts belong together', async () => {
  const [first, second] = opened.alertIds;
  const { status, body } = await service.call(GetIncident, { params: { id: opened.incident.id } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    title: expect.stringMatching(/ on ws1$/),
    severity: 'high',
    status: 'open',
    alertCount: 2,
    entities: [{ type: 'host', value: 'ws1' }],
    firstSeenAt: '2026-03-01T08:00:00.000Z',
    lastSeenAt: '2026-03-01T08:01:00.000Z',
    responses: [],
    score: { value: 60, reasons: [{ points: 60, explanation: 'severity high' }] },
    progression: [],
  });
  expect(body.reasons).toEqual([
    expect.objectContaining({ alertId: first, relatedAlertId: null, entityValue: 'ws1' }),
    expect.objectContaining({ alertId: second, relatedAlertId: first, entityType: 'host', entityValue: 'ws1' }),
  ]);
  const timeline = await service.call(GetAlertTimeline, { params: { id: second } });
  expect(timeline.body.items.find(({ kind }) => kind === 'correlated')?.data).toMatchObject({
    incidentId: opened.incident.id,
  });
});

test('its members come in the order of event time, page by page', async () => {
  const { id } = opened.incident;
  const first = await service.call(ListIncidentAlerts, { params: { id }, query: { limit: 1 } });
  const cursor = first.body.nextCursor ?? '';
  const second = await service.call(ListIncidentAlerts, { params: { id }, query: { limit: 1, cursor } });
  expect([first.status, ...[first, second].flatMap(({ body }) => body.items.map((alert) => alert.id))]).toEqual([
    200,
    ...opened.alertIds,
  ]);
  expect(second.body).toMatchObject({ nextCursor: null, items: [{ incidentId: id }] });
});

test('its graph joins the members by the entities they share', async () => {
  const { id } = opened.incident;
  const { status, body } = await service.call(GetIncidentGraph, { params: { id } });
  expect([status, body.truncated, body.nodes.map(({ kind }) => kind)]).toEqual([
    200,
    false,
    ['alert', 'alert', 'entity'],
  ]);
  const entity = body.nodes.find(({ kind }) => kind === 'entity');
  expect(body.edges).toEqual(opened.alertIds.map((source) => ({ source, target: entity?.id, role: null })));
});

test('evidence and playbook runs become part of the story', async () => {
  const { id } = opened.incident;
  const [alertId] = opened.alertIds;
  const at = new Date().toISOString();
  const run = {
    runId: '00000000-0000-7000-8000-000000000001',
    playbookId: 'isolate-host',
    playbookName: 'Isolate a host',
    outcome: 'succeeded' as const,
    detail: 'done',
    dryRun: false,
    startedAt: at,
    endedAt: at,
  };
  const evidence = { filename: 'memory.dmp', sha256: 'ab'.repeat(32), sizeBytes: 17, storedBy: 'ann', storedAt: at };
  await service.emit(EvidenceStored, { ...evidence, objectId: run.runId, incidentId: id, alertId });
  await service.emit(EvidenceStored, { ...evidence, objectId: run.runId, incidentId: null, alertId: null });
  await service.emit(ResponseCompleted, { ...run, incidentId: id, stepsExecuted: 3 });
  await service.emit(ResponseCompleted, { ...run, incidentId: null, stepsExecuted: 3 });

  const items = await waitFor(async () => {
    const { body } = await service.call(GetIncidentTimeline, { params: { id } });
    return body.items.length === 5 && body.items;
  });
  expect(items.slice(0, 2).map(({ kind, alertId: about }) => [kind, about])).toEqual(
    opened.alertIds.map((member) => ['alert', member]),
  );
  expect(items.map(({ kind }) => kind).toSorted()).toEqual([
    'alert',
    'alert',
    'evidence_stored',
    'opened',
    'response_completed',
  ]);
  const { body } = await service.call(GetIncident, { params: { id } });
  expect(body.responses).toEqual([run]);
  const alertTimeline = await service.call(GetAlertTimeline, { params: { id: alertId } });
  expect(alertTimeline.body.items.map(({ kind }) => kind)).toContain('evidence_stored');
});

test('a timeline is read page by page', async () => {
  const params = { id: opened.incident.id };
  const first = await service.call(GetIncidentTimeline, { params, query: { limit: 1 } });
  const rest = await service.call(GetIncidentTimeline, { params, query: { cursor: first.body.nextCursor ?? '' } });
  expect([
    first.status,
    ...[first, rest].flatMap(({ body }) => body.items.map(({ alertId }) => alertId)).slice(0, 2),
  ]).toEqual([200, ...opened.alertIds]);
});

test('incidents are listed newest first, by what is asked for', async () => {
  const later = await openIncident(service, 'ws2', { severity: 'low' });
  const [earlierId, laterId] = [opened.incident.id, later.incident.id];
  const list = async (query: Record<string, string>) => {
    const { status, body } = await service.call(ListIncidents, { query });
    expect(status).toBe(200);
    return body.items.map(({ id }) => id);
  };
  expect(await list({})).toEqual([laterId, earlierId]);
  expect(await list({ severity: 'high,critical' })).toEqual([earlierId]);
  expect(await list({ entity: 'WS2' })).toEqual([laterId]);
  expect(await list({ status: 'closed' })).toEqual([]);
  expect(await list({ assignee: 'ann' })).toEqual([]);
  expect(await list({ verdict: 'true_positive' })).toEqual([]);
  expect(await list({ from: '2026-03-01T08:01:00Z', to: '2026-03-02T00:00:00Z' })).toEqual([laterId, earlierId]);
  expect(await list({ to: '2026-03-01T08:01:00Z' })).toEqual([]);
  const { body } = await service.call(ListIncidents, { query: { limit: 1 } });
  expect(await list({ cursor: body.nextCursor ?? '' })).toEqual([earlierId]);
});

test("another tenant's incident is not found", async () => {
  const token = service.tokens.otherTenantAdmin;
  for (const endpoint of [GetIncident, ListIncidentAlerts, GetIncidentTimeline, GetIncidentGraph]) {
    for (const id of [opened.incident.id, NOBODYS_ID]) {
      const { status, problem } = await service.call(endpoint, { params: { id }, token });
      expect([endpoint.id, status, problem?.code]).toEqual([endpoint.id, 404, 'incident.not_found']);
    }
  }
});

test('an incident tells how far it has got through the tactics, and is scored for it', async () => {
  const observables = [{ type: 'host' as const, value: 'ws-tactics' }];
  const at = (minute: number) => `2026-03-01T10:0${minute}:00.000Z`;
  const last = await postAlert(service, { observables, tactics: ['exfiltration'], occurredAt: at(3) });
  const first = await postAlert(service, { observables, tactics: ['initial-access'], occurredAt: at(0) });
  const middle = await postAlert(service, { observables, tactics: ['Execution'], occurredAt: at(1), severity: 'low' });
  await analyse(service, last, first, middle);
  const [incident] = (await service.call(ListIncidents, { query: { entity: 'ws-tactics' } })).body.items;
  const { body } = await service.call(GetIncident, { params: { id: incident?.id ?? '' } });
  expect(body.progression.map(({ tactic, alertId }) => [tactic, alertId])).toEqual([
    ['initial-access', first],
    ['execution', middle],
    ['exfiltration', last],
  ]);
  expect(body.score).toMatchObject({ value: 45, reasons: [{ points: 35 }, { points: 10 }] });
});
