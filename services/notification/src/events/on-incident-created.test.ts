import { createHmac } from 'node:crypto';
import { IncidentCreated, IncidentUpdated, uuidv7 } from '@soc/contracts';
import { CreateChannel } from '@soc/contracts/notification/channels';
import { ListDeliveries } from '@soc/contracts/notification/deliveries';
import { DeleteNotificationRule } from '@soc/contracts/notification/rules';
import { exampleIncident, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { notificationService } from '../app.ts';
import { addRule, addWebhook, testEnv, testSecret } from '../arrangement.fixture.ts';
import { type HttpReceiver, startHttpReceiver } from '../http-receiver.fixture.ts';

let service: TestService;
let receiver: HttpReceiver;
beforeAll(async () => {
  [service, receiver] = await Promise.all([
    startTestService(notificationService, { env: testEnv }),
    startHttpReceiver(),
  ]);
});
afterAll(() => Promise.all([service.close(), receiver.close()]));

async function withRule(fields: Parameters<typeof addRule>[2] = {}) {
  const rule = await addRule(service, [await addWebhook(service, receiver.url)], fields);
  onTestFinished(async () => void (await service.call(DeleteNotificationRule, { params: { id: rule.id } })));
  return rule;
}
const newIncident = (fields: Parameters<typeof exampleIncident>[0] = {}) =>
  exampleIncident({ id: uuidv7(Date.now()), ...fields });
const create = (incident: ReturnType<typeof exampleIncident>, tenantId = 'default') =>
  service.emit(IncidentCreated, { incident, alertIds: [], reasons: [] }, { tenantId });
const update = (incident: ReturnType<typeof exampleIncident>) =>
  service.emit(IncidentUpdated, { incident, changed: ['alertCount'], addedAlertIds: [] });
const statusesAbout = async (subject: string, token = service.tokens.viewer) => {
  const { body } = await service.call(ListDeliveries, { query: { subject }, token });
  return body.items.map(({ eventType, status }) => `${eventType} ${status}`).toReversed();
};
const settledAbout = (subject: string, count: number) =>
  waitFor(async () => {
    const statuses = await statusesAbout(subject);
    return statuses.length === count && !statuses.some((status) => status.endsWith('pending')) ? statuses : undefined;
  });

test('an incident reaches a webhook, signed as Standard Webhooks asks', async () => {
  await withRule();
  const incident = newIncident();
  await create(incident);
  const request = await waitFor(() => receiver.requests.find(({ body }) => body.includes(incident.id)));
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  const key = Buffer.from(testSecret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${String(id)}.${String(timestamp)}.${request.body}`);
  expect(signature).toBe(`v1,${expected.digest('base64')}`);
  expect(JSON.parse(request.body)).toMatchObject({
    type: 'incident.created',
    data: { incidentId: incident.id, title: incident.title, severity: 'high', alertCount: 2 },
  });
});

test('an incident reaches what takes Slack messages', async () => {
  const slack = await service.call(CreateChannel, {
    body: { kind: 'slack', name: 'chat', settings: { url: `${receiver.url}/services/T/B/key` } },
  });
  const rule = await addRule(service, [slack.body]);
  onTestFinished(async () => void (await service.call(DeleteNotificationRule, { params: { id: rule.id } })));
  const incident = newIncident();
  await create(incident);
  const request = await waitFor(() => receiver.requests.find(({ body }) => body.includes(incident.id)));
  expect(request.url).toBe('/services/T/B/key');
  expect(JSON.parse(request.body)).toMatchObject({ text: `[HIGH] ${incident.title}`, blocks: expect.any(Array) });
});

test('a rule hears nothing below its severity, of other events, when switched off, or of another tenant', async () => {
  await withRule({ minSeverity: 'critical' });
  await withRule({ events: ['response.completed'] });
  await withRule({ enabled: false });
  const [mine, theirs, last] = [
    newIncident(),
    newIncident({ tenantId: 'other' }),
    newIncident({ severity: 'critical' }),
  ];
  await create(mine);
  await create(theirs, 'other');
  await create(last);
  await settledAbout(last.id, 1);
  expect(await statusesAbout(mine.id)).toEqual([]);
  expect(await statusesAbout(theirs.id, service.tokens.otherTenantAdmin)).toEqual([]);
});

test('within the throttle a subject is told once, the rest is on record, and a rise in severity is told', async () => {
  await withRule({ events: ['incident.created', 'incident.updated'], throttle: { perSubjectS: 600 } });
  const incident = newIncident();
  await create(incident);
  await settledAbout(incident.id, 1);
  await update({ ...incident, version: 2 });
  await settledAbout(incident.id, 2);
  await update({ ...incident, version: 3, severity: 'critical' });
  const statuses = await settledAbout(incident.id, 3);
  expect(statuses).toEqual(['incident.created delivered', 'incident.updated suppressed', 'incident.updated delivered']);
  const other = newIncident();
  await create(other);
  expect(await settledAbout(other.id, 1)).toEqual(['incident.created delivered']);
});

test('once the throttle has run out the subject is told again', async () => {
  await withRule({ events: ['incident.updated'], throttle: { perSubjectS: 600 } });
  const incident = newIncident();
  await update({ ...incident, version: 2 });
  await settledAbout(incident.id, 1);
  await service.query(`update notification.throttles set free_at = now() - interval '1 second'`);
  await update({ ...incident, version: 3 });
  expect(await settledAbout(incident.id, 2)).toEqual(['incident.updated delivered', 'incident.updated delivered']);
});
