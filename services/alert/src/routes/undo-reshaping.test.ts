import { IncidentUpdated } from '@soc/contracts';
import { MergeIncidents, SplitIncident, UndoReshaping } from '@soc/contracts/alert/incident-work';
import { GetIncident, ListIncidentAlerts, ListIncidents, UpdateIncident } from '@soc/contracts/alert/incidents';
import { GetIncidentTimeline } from '@soc/contracts/alert/timeline';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, openIncident, postAlert } from '../arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const NOBODYS_ID = '00000000-0000-7000-8000-00000000abcd';
const undo = (id: string) => service.call(UndoReshaping, { params: { id } });
const get = async (id: string) => (await service.call(GetIncident, { params: { id } })).body;
const memberIds = async (id: string) =>
  (await service.call(ListIncidentAlerts, { params: { id } })).body.items.map((alert) => alert.id).toSorted();
const observables = (...hosts: readonly string[]) => hosts.map((value) => ({ type: 'host' as const, value }));

test('a merge is undone: each incident has its alerts again, and what joined since stays', async () => {
  const one = await openIncident(service, 'undo-1');
  const other = await openIncident(service, 'undo-2', { severity: 'critical' });
  await service.call(UpdateIncident, { params: { id: other.incident.id }, body: { status: 'investigating' } });
  await service.call(MergeIncidents, { params: { id: one.incident.id }, body: { incidentIds: [other.incident.id] } });
  const since = await postAlert(service, { observables: observables('undo-1'), occurredAt: '2026-03-01T08:02:00Z' });
  await analyse(service, since);

  const answer = await undo(other.incident.id);
  expect([answer.status, answer.body.incidents.length]).toEqual([200, 2]);
  expect(await memberIds(one.incident.id)).toEqual([...one.alertIds, since].toSorted());
  expect(await memberIds(other.incident.id)).toEqual([...other.alertIds].toSorted());
  expect(await get(one.incident.id)).toMatchObject({ status: 'open', severity: 'medium', alertCount: 3 });
  const back = await get(other.incident.id);
  expect(back).toMatchObject({ status: 'investigating', severity: 'critical', alertCount: 2, closedAt: null });
  expect(back).not.toHaveProperty('mergedIntoId');
  for (const [entity, id] of [
    ['undo-1', one.incident.id],
    ['undo-2', other.incident.id],
  ] as const) {
    expect((await service.call(ListIncidents, { query: { entity } })).body.items.map((found) => found.id)).toEqual([
      id,
    ]);
  }
  const { body } = await service.call(GetIncidentTimeline, { params: { id: other.incident.id } });
  expect(body.items.at(-1)).toMatchObject({ kind: 'undone', actor: 'Test admin' });
  await service.published(IncidentUpdated, {
    where: ({ subject, data }) => subject === other.incident.id && data.addedAlertIds.length === 2,
  });
  expect((await undo(one.incident.id)).problem?.code).toBe('incident.nothing_to_undo');
});

test('a split is undone: the alerts return, those that joined the new incident too', async () => {
  const { incident, alertIds } = await openIncident(service, 'undo-3');
  const third = await postAlert(service, { observables: observables('undo-3'), occurredAt: '2026-03-01T08:02:00Z' });
  await analyse(service, third);
  const body = { alertIds: [third] };
  const { body: opened } = await service.call(SplitIncident, { params: { id: incident.id }, body });
  expect((await undo(opened.id)).body.incidents).toMatchObject([{ id: incident.id, alertCount: 3 }]);
  expect(await memberIds(incident.id)).toEqual([...alertIds, third].toSorted());
  expect(await get(opened.id)).toMatchObject({ status: 'closed', mergedIntoId: incident.id, alertCount: 0 });
});

test('a merge that correlation made is undone, and not made again', async () => {
  const one = await openIncident(service, 'undo-4');
  const other = await openIncident(service, 'undo-5');
  const bridge = { observables: observables('undo-4', 'undo-5'), occurredAt: '2026-03-01T08:03:00Z' };
  await analyse(service, await postAlert(service, bridge));
  await waitFor(async () => (await get(other.incident.id)).mergedIntoId === one.incident.id || undefined);
  expect((await undo(one.incident.id)).status).toBe(200);
  expect(await memberIds(other.incident.id)).toEqual([...other.alertIds].toSorted());
  await analyse(service, await postAlert(service, { ...bridge, occurredAt: '2026-03-01T08:04:00Z' }));
  expect(await get(other.incident.id)).toMatchObject({ status: 'open' });
});

test('an undo that is sent twice with the version it was decided on takes one merge back', async () => {
  const [into, one, two] = [
    await openIncident(service, 'twice-1'),
    await openIncident(service, 'twice-2'),
    await openIncident(service, 'twice-3'),
  ];
  for (const { incident } of [one, two]) {
    const body = { incidentIds: [incident.id] };
    await service.call(MergeIncidents, { params: { id: into.incident.id }, body });
  }
  const { version } = await get(into.incident.id);
  const answers = [];
  for (let click = 0; click < 2; click += 1) {
    answers.push(await service.call(UndoReshaping, { params: { id: into.incident.id }, query: { version } }));
  }
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [200, undefined],
    [409, 'incident.version_conflict'],
  ]);
  expect(await get(one.incident.id)).toMatchObject({ mergedIntoId: into.incident.id });
});

test('a second undo without a version takes nothing more back, whichever incident it names', async () => {
  const [into, one, two] = [
    await openIncident(service, 'again-1'),
    await openIncident(service, 'again-2'),
    await openIncident(service, 'again-3'),
  ];
  for (const { incident } of [one, two]) {
    const body = { incidentIds: [incident.id] };
    await service.call(MergeIncidents, { params: { id: into.incident.id }, body });
  }
  expect((await undo(into.incident.id)).status).toBe(200);
  const again = await undo(into.incident.id);
  expect([again.status, again.problem?.code]).toEqual([409, 'incident.already_undone']);
  expect((await undo(two.incident.id)).problem?.code).toBe('incident.nothing_to_undo');
  expect(await get(one.incident.id)).toMatchObject({ mergedIntoId: into.incident.id });

  const { version } = await get(into.incident.id);
  const params = { id: into.incident.id };
  expect((await service.call(UndoReshaping, { params, query: { version } })).status).toBe(200);
  expect(await get(one.incident.id)).not.toHaveProperty('mergedIntoId');
});

describe('where alerts have moved on since', () => {
  const mergeInto = (id: string, ...incidentIds: readonly string[]) =>
    service.call(MergeIncidents, { params: { id }, body: { incidentIds: [...incidentIds] } });
  const split = (id: string, alertIds: readonly string[]) =>
    service.call(SplitIncident, { params: { id }, body: { alertIds: [...alertIds] } });

  test('an undo that would leave an incident without alerts is refused, whichever it is', async () => {
    const [a, b] = [await openIncident(service, 'left-1'), await openIncident(service, 'left-2')];
    await mergeInto(b.incident.id, a.incident.id);
    expect((await split(b.incident.id, a.alertIds)).status).toBe(201);
    const none = await undo(a.incident.id);
    expect([none.status, none.problem?.code]).toEqual([409, 'incident.left_empty']);

    const [c, d] = [await openIncident(service, 'left-3'), await openIncident(service, 'left-4')];
    await mergeInto(d.incident.id, c.incident.id);
    expect((await split(d.incident.id, d.alertIds)).status).toBe(201);
    const all = await undo(c.incident.id);
    expect([all.status, all.problem?.code]).toEqual([409, 'incident.left_empty']);
    expect(await memberIds(d.incident.id)).toEqual([...c.alertIds].toSorted());
  });

  test('of several that were merged those come back that still have alerts there', async () => {
    const names = ['left-5', 'left-6', 'left-7'];
    const [one, gone, into] = await Promise.all(names.map((name) => openIncident(service, name)));
    if (!one || !gone || !into) throw new Error('three were opened');
    await mergeInto(into.incident.id, one.incident.id, gone.incident.id);
    await split(into.incident.id, gone.alertIds);
    const answer = await undo(one.incident.id);
    expect([answer.status, answer.body.incidents.map(({ id }) => id).toSorted()]).toEqual([
      200,
      [one.incident.id, into.incident.id].toSorted(),
    ]);
    expect(await memberIds(one.incident.id)).toEqual([...one.alertIds].toSorted());
    expect(await get(gone.incident.id)).toMatchObject({ status: 'closed', mergedIntoId: into.incident.id });
  });
});

test('what cannot be undone is refused', async () => {
  const one = await openIncident(service, 'undo-6');
  const other = await openIncident(service, 'undo-7');
  const third = await openIncident(service, 'undo-8');
  const merge = (id: string, source: string) =>
    service.call(MergeIncidents, { params: { id }, body: { incidentIds: [source] } });
  const close = (id: string) => service.call(UpdateIncident, { params: { id }, body: { status: 'closed' } });
  const codes = [(await undo(NOBODYS_ID)).problem?.code, (await undo(one.incident.id)).problem?.code];
  await merge(one.incident.id, other.incident.id);
  await close(one.incident.id);
  codes.push((await undo(one.incident.id)).problem?.code);
  await service.call(UpdateIncident, { params: { id: one.incident.id }, body: { status: 'investigating' } });
  await merge(third.incident.id, one.incident.id);
  codes.push((await undo(other.incident.id)).problem?.code);
  expect(codes).toEqual([
    'incident.not_found',
    'incident.nothing_to_undo',
    'incident.already_closed',
    'incident.merged',
  ]);
  const theirs = await service.call(UndoReshaping, {
    params: { id: third.incident.id },
    token: service.tokens.otherTenantAdmin,
  });
  expect(theirs.status).toBe(404);
});
