import { auditEvents } from '@soc/contracts';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { CreateUser, ListUsers } from '@soc/contracts/auth/users';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayService } from './app.ts';

let gateway: TestService;
beforeAll(async () => {
  gateway = await startTestService(gatewayService);
});
afterAll(() => gateway.close());

test('whom the gateway turns away is in the audit trail: who, from where, from what and why; many times the same is one record', async () => {
  const spec = auditEvents.get('gateway');
  if (!spec) throw new Error('the gateway records nothing');
  await gateway.call(ListAlerts, { token: null });
  for (let time = 0; time < 5; time += 1) {
    await gateway.app.inject({ method: 'POST', url: CreateUser.url, headers: viewer() });
  }
  await gateway.app.inject({ method: 'GET', url: ListUsers.url, headers: viewer() });
  // Records keep their order: with the last of them all are there.
  await gateway.published(spec, { where: ({ data }) => data.target?.id === 'listUsers', deadlineMs: 20_000 });
  const events = await gateway.published(spec);
  expect(events.map(({ data, tenantid }) => [data.actor.kind, data.target?.id, data.reason, tenantid])).toEqual([
    ['anonymous', 'listAlerts', 'auth.unauthenticated', 'default'],
    ['user', 'createUser', 'auth.forbidden', 'default'],
    ['user', 'listUsers', 'auth.forbidden', 'default'],
  ]);
  expect(events[1]?.data.details).toEqual({ permission: CreateUser.permission });
  expect(events[0].data.request).toMatchObject({ method: 'GET', route: ListAlerts.url, address: '127.0.0.1' });
});

const viewer = () => ({ authorization: `Bearer ${gateway.tokens.viewer}` });
