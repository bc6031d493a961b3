import { IncidentUpdated, ResponseRequested } from '@soc/contracts';
import { MergeIncidents, RequestResponse } from '@soc/contracts/alert/incident-work';
import { UpdateIncident } from '@soc/contracts/alert/incidents';
import { GetIncidentTimeline } from '@soc/contracts/alert/timeline';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, openIncident, postAlert } from '../arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';
const update = (id: string, body: object) => service.call(UpdateIncident, { params: { id }, body });

test('an incident is worked on; the change is told and published', async () => {
  const { id } = (await openIncident(service, 'ws1')).incident;
  const answer = await update(id, {
    status: 'investigating',
    assignee: 'ann',
    severity: 'critical',
    title: 'Break-in',
  });
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'investigating', assignee: 'ann', severity: 'critical', title: 'Break-in', version: 2 },
  });
  const [event] = await service.published(IncidentUpdated, { where: ({ subject }) => subject === id });
  expect(event.data).toEqual({
    incident: answer.body,
    changed: ['status', 'assignee', 'severity', 'title'],
    addedAlertIds: [],
  });
  const { body } = await service.call(GetIncidentTimeline, { params: { id } });
  expect(
    body.items
      .map(({ kind }) => kind)
      .slice(3)
      .toSorted(),
  ).toEqual(['assigned', 'severity_changed', 'status_changed', 'title_changed']);
});

test('closing takes a verdict along, reopening takes the closing back', async () => {
  const { id } = (await openIncident(service, 'ws2')).incident;
  const closed = await update(id, { status: 'closed', verdict: 'true_positive' });
  expect(closed.body).toMatchObject({ status: 'closed', verdict: 'true_positive', closedAt: expect.any(String) });
  const contained = await update(id, { status: 'contained' });
  expect([contained.status, contained.problem?.code]).toEqual([409, 'incident.illegal_transition']);
  expect((await update(id, { status: 'investigating' })).body.closedAt).toBeNull();
  const late = await update(id, { title: 'x', version: 1 });
  expect([late.status, late.problem?.code]).toEqual([409, 'incident.version_conflict']);
});

test('what a person has set stays when another alert joins', async () => {
  const { id } = (await openIncident(service, 'ws3')).incident;
  await update(id, { severity: 'low', title: 'Known noise' });
  const observables = [{ type: 'host' as const, value: 'ws3' }];
  const joining = await postAlert(service, { observables, severity: 'critical', occurredAt: '2026-03-01T08:02:00Z' });
  await analyse(service, joining);
  const events = await service.published(IncidentUpdated, { where: ({ subject }) => subject === id, count: 2 });
  expect(events.at(-1)?.data).toMatchObject({
    incident: { severity: 'low', title: 'Known noise', alertCount: 3, version: 3 },
    changed: ['alertCount', 'lastSeenAt'],
    addedAlertIds: [joining],
  });
});

test('a playbook is asked for once, however often the request is sent', async () => {
  const { incident } = await openIncident(service, 'ws4');
  const ask = (playbookId: string) =>
    service.call(RequestResponse, {
      params: { id: incident.id },
      body: { playbookId, dryRun: true },
      headers: { 'idempotency-key': 'ask' },
      token: service.tokens.responder,
    });
  const [first, second, other] = [await ask('isolate'), await ask('isolate'), await ask('wipe')];
  expect([first.status, second.body]).toEqual([202, first.body]);
  expect([other.status, other.problem?.code]).toEqual([422, 'idempotency.key_reused']);
  const [event, ...more] = await service.published(ResponseRequested);
  expect(more).toEqual([]);
  expect(event.data).toMatchObject({ requestId: first.body.requestId, incident, playbookId: 'isolate', dryRun: true });
  const { body } = await service.call(GetIncidentTimeline, { params: { id: incident.id } });
  expect(body.items.at(-1)).toMatchObject({ kind: 'response_requested', actor: 'Test responder' });
});

test('an incident that was merged away is worked on no more', async () => {
  const into = (await openIncident(service, 'ws5')).incident;
  const { id } = (await openIncident(service, 'ws6')).incident;
  await service.call(MergeIncidents, { params: { id: into.id }, body: { incidentIds: [id] } });
  const answers = [
    await update(id, { title: 'x' }),
    await service.call(RequestResponse, { params: { id }, body: { playbookId: 'x' } }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [409, 'incident.merged'],
    [409, 'incident.merged'],
  ]);
});

test('an incident that is not there is not found', async () => {
  const answers = [
    await update(NOBODYS_ID, { title: 'x' }),
    await service.call(RequestResponse, { params: { id: NOBODYS_ID }, body: { playbookId: 'x' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
});
