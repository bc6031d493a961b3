import { GetAlertAsEcs, GetAlertAsOcsf } from '@soc/contracts/alert/views';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { postAlert } from '../arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

test('an alert is answered as OCSF and as ECS', async () => {
  const id = await postAlert(service, { title: 'Beacon', severity: 'high' });
  const ocsf = await service.call(GetAlertAsOcsf, { params: { id } });
  expect([ocsf.status, ocsf.body]).toMatchObject([200, { class_uid: 2004, severity_id: 4, message: 'Beacon' }]);
  const ecs = await service.call(GetAlertAsEcs, { params: { id } });
  expect([ecs.status, ecs.body]).toMatchObject([200, { message: 'Beacon', event: { id, severity: 3 } }]);
});

test("another tenant's alert has no view", async () => {
  const id = await postAlert(service);
  const token = service.tokens.otherTenantAdmin;
  for (const view of [GetAlertAsOcsf, GetAlertAsEcs]) {
    const { status, problem } = await service.call(view, { params: { id }, token });
    expect([status, problem?.code]).toEqual([404, 'alert.not_found']);
  }
});
