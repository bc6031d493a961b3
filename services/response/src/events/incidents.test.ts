import { IncidentCreated, IncidentUpdated, uuidv7 } from '@soc/contracts';
import { UpdatePlaybook } from '@soc/contracts/response/playbooks';
import { ListRuns, type Run } from '@soc/contracts/response/runs';
import { CreateTrigger, type TriggerBody } from '@soc/contracts/response/triggers';
import { exampleIncident, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { responseService } from '../app.ts';
import { importSteps, playbookId } from '../run-playbook.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(responseService);
});
afterAll(() => service.close());

async function addTrigger(id: number, rest: Partial<TriggerBody> = {}): Promise<string> {
  await importSteps(service, { id, steps: {} });
  const body = { name: `t${id}`, playbookId: playbookId(id), on: 'incident.created', ...rest };
  const answer = await service.call(CreateTrigger, { body });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

/** The runs on an incident, once there are `count`; whatever else should have run would have been started with them. */
const runsOn = (incidentId: string, count: number): Promise<readonly Run[]> =>
  waitFor(async () => {
    const { items } = (await service.call(ListRuns, { query: { incidentId } })).body;
    if (items.length < count) throw new Error(`${items.length} of ${count} runs`);
    return items;
  });

const created = (incident: ReturnType<typeof exampleIncident>) =>
  service.emit(IncidentCreated, { incident, alertIds: [], reasons: [] }, { tenantId: incident.tenantId });
const updated = (incident: ReturnType<typeof exampleIncident>) =>
  service.emit(IncidentUpdated, { incident, changed: ['severity'], addedAlertIds: [] });

test('triggers start runs on new incidents that meet their conditions, and only on those', async () => {
  const wanted = await addTrigger(1, { conditions: { minSeverity: 'high', entityTypes: ['ip'] }, dryRun: true });
  await addTrigger(2, { conditions: { minSeverity: 'critical' } });
  await addTrigger(3, { enabled: false });
  await addTrigger(4, { on: 'incident.updated' });
  await addTrigger(5);
  await service.call(UpdatePlaybook, { params: { id: playbookId(5) }, body: { enabled: false } });
  const [id, foreignId, markerId] = [uuidv7(1), uuidv7(2), uuidv7(3)];

  await created(exampleIncident({ id: foreignId, tenantId: 'other' }));
  await created(exampleIncident({ id }));
  await created(exampleIncident({ id: markerId }));

  // Events of one type are handled in order: with the last one handled, the ones before are.
  expect(await runsOn(markerId, 1)).toHaveLength(1);
  const runs = await runsOn(id, 1);
  expect(runs).toMatchObject([
    { playbookId: playbookId(1), incidentId: id, dryRun: true, origin: { kind: 'trigger', id: wanted, name: 't1' } },
  ]);
  const foreign = await service.call(ListRuns, {
    token: service.tokens.otherTenantAdmin,
    query: { incidentId: foreignId },
  });
  expect(foreign.body.items).toEqual([]);
});

test('a trigger fires once per incident: when its conditions are first met', async () => {
  await addTrigger(10, { on: 'incident.updated', conditions: { minSeverity: 'critical' } });
  const [id, markerId] = [uuidv7(10), uuidv7(11)];
  await updated(exampleIncident({ id, severity: 'high', version: 2 }));
  await updated(exampleIncident({ id, severity: 'critical', version: 3 }));
  await updated(exampleIncident({ id, severity: 'critical', version: 4 }));
  await updated(exampleIncident({ id: markerId, severity: 'critical', version: 2 }));
  await runsOn(markerId, 1);
  expect((await runsOn(id, 1)).filter((run) => run.playbookId === playbookId(10))).toHaveLength(1);
});

test('a closed incident triggers nothing', async () => {
  await addTrigger(20, { on: 'incident.updated' });
  const [id, markerId] = [uuidv7(20), uuidv7(21)];
  await updated(exampleIncident({ id, status: 'closed', version: 2 }));
  await updated(exampleIncident({ id: markerId, version: 2 }));
  await runsOn(markerId, 1);
  expect(await runsOn(id, 0)).toEqual([]);
});

test('an incident is remembered by its newest version, whatever the order of the events', async () => {
  const [id, markerId] = [uuidv7(30), uuidv7(31)];
  await updated(exampleIncident({ id, title: 'newer', version: 5 }));
  await updated(exampleIncident({ id, title: 'older', version: 4 }));
  await updated(exampleIncident({ id: markerId, title: 'marker', version: 2 }));
  const titles = await waitFor(async () => {
    const rows = await service.query<{ id: string; title: string }>(
      `select id, incident->>'title' as title from response.incidents where id = any($1::uuid[]) order by id`,
      [[id, markerId]],
    );
    return rows.length === 2 && rows.map(({ title }) => title);
  });
  expect(titles).toEqual(['newer', 'marker']);
});
