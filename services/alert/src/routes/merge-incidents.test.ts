import { AlertUpdated, IncidentCreated, IncidentUpdated } from '@soc/contracts';
import { MergeIncidents, SplitIncident } from '@soc/contracts/alert/incident-work';
import { GetIncident, ListIncidentAlerts, ListIncidents, UpdateIncident } from '@soc/contracts/alert/incidents';
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
const merge = (id: string, ...incidentIds: readonly string[]) =>
  service.call(MergeIncidents, { params: { id }, body: { incidentIds } });
const split = (id: string, ...alertIds: readonly string[]) =>
  service.call(SplitIncident, { params: { id }, body: { alertIds, title: 'Another story' } });
const get = async (id: string) => (await service.call(GetIncident, { params: { id } })).body;
const memberIds = async (id: string): Promise<readonly string[]> =>
  (await service.call(ListIncidentAlerts, { params: { id } })).body.items.map((alert) => alert.id);

test('merging moves the alerts, closes the other incident, and tells it to everybody', async () => {
  const one = await openIncident(service, 'ws1', { severity: 'low' });
  const other = await openIncident(service, 'ws2', { severity: 'critical', techniques: ['T1003'] });
  const answer = await merge(one.incident.id, other.incident.id);
  expect(answer).toMatchObject({
    status: 200,
    body: { id: one.incident.id, alertCount: 4, severity: 'critical', techniques: ['T1003'], version: 2 },
  });
  expect(answer.body.entities.map(({ value }) => value).toSorted()).toEqual(['ws1', 'ws2']);
  expect((await memberIds(one.incident.id)).toSorted()).toEqual([...one.alertIds, ...other.alertIds].toSorted());
  expect(await get(other.incident.id)).toMatchObject({
    status: 'closed',
    mergedIntoId: one.incident.id,
    alertCount: 0,
  });

  const moved = await service.published(AlertUpdated, {
    count: 2,
    where: ({ subject, data }) => other.alertIds.includes(subject) && data.alert.incidentId === one.incident.id,
  });
  expect(moved.map(({ subject }) => subject).toSorted()).toEqual([...other.alertIds].toSorted());
  const events = await service.published(IncidentUpdated, { count: 2 });
  expect(events.map(({ data }) => [data.incident.id, data.addedAlertIds.length])).toEqual([
    [other.incident.id, 0],
    [one.incident.id, 2],
  ]);
  const { body } = await service.call(GetIncidentTimeline, { params: { id: one.incident.id } });
  expect(body.items.at(-1)).toMatchObject({ kind: 'merged', actor: 'Test admin' });
  expect((await service.call(ListIncidents, { query: { entity: 'ws2' } })).body.items.map(({ id }) => id)).toEqual([
    one.incident.id,
  ]);

  const again = await merge(one.incident.id, other.incident.id);
  expect([again.status, again.problem?.code]).toEqual([409, 'incident.merged']);
});

test('splitting moves some alerts into a new incident, which correlation leaves apart', async () => {
  const { incident, alertIds } = await openIncident(service, 'ws3');
  const observables = [{ type: 'host' as const, value: 'ws3' }];
  const third = await postAlert(service, { observables, severity: 'critical', occurredAt: '2026-03-01T08:02:00Z' });
  await analyse(service, third);
  const answer = await split(incident.id, third);
  expect(answer).toMatchObject({
    status: 201,
    body: { title: 'Another story', alertCount: 1, severity: 'critical', status: 'open', version: 1 },
  });
  expect(await memberIds(answer.body.id)).toEqual([third]);
  expect(await memberIds(incident.id)).toEqual(alertIds);
  expect(await get(incident.id)).toMatchObject({
    alertCount: 2,
    severity: 'medium',
    lastSeenAt: '2026-03-01T08:01:00.000Z',
  });
  const [event] = await service.published(IncidentCreated, { where: ({ subject }) => subject === answer.body.id });
  expect(event.data).toMatchObject({ incident: answer.body, alertIds: [third] });

  const fourth = await postAlert(service, { observables, occurredAt: '2026-03-01T08:03:00Z' });
  await analyse(service, fourth);
  expect(await get(incident.id)).toMatchObject({ alertCount: 3, status: 'open' });
  expect(await get(answer.body.id)).toMatchObject({ alertCount: 1, status: 'open' });
});

test('what cannot be merged or split is refused', async () => {
  const { incident, alertIds } = await openIncident(service, 'ws4');
  const closed = await openIncident(service, 'ws5');
  await service.call(UpdateIncident, { params: { id: closed.incident.id }, body: { status: 'closed' } });
  const answers = [
    await merge(incident.id, incident.id),
    await merge(NOBODYS_ID, incident.id),
    await merge(incident.id, NOBODYS_ID),
    await merge(closed.incident.id, incident.id),
    await split(NOBODYS_ID, alertIds[0]),
    await split(closed.incident.id, closed.alertIds[0]),
    await split(incident.id, ...alertIds),
    await split(incident.id, closed.alertIds[0]),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [422, 'incident.merged_with_itself'],
    [404, 'incident.not_found'],
    [404, 'incident.not_found'],
    [409, 'incident.already_closed'],
    [404, 'incident.not_found'],
    [409, 'incident.already_closed'],
    [409, 'incident.left_empty'],
    [422, 'incident.alert_not_member'],
  ]);
  expect(await get(incident.id)).toMatchObject({ alertCount: 2, version: 1 });
});
