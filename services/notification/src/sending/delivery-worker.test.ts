import { IncidentCreated, NotificationSent, uuidv7 } from '@soc/contracts';
import { ReplaceChannel } from '@soc/contracts/notification/channels';
import { type Delivery, ListDeliveries, RetryDelivery } from '@soc/contracts/notification/deliveries';
import { DeleteNotificationRule } from '@soc/contracts/notification/rules';
import { exampleIncident, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { notificationService } from '../app.ts';
import { addRule, addWebhook, testEnv } from '../arrangement.fixture.ts';
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
beforeEach(() => receiver.answer({ status: 200 }));

const openIncident = async (at: TestService = service): Promise<string> => {
  const incident = exampleIncident({ id: uuidv7(Date.now()) });
  await at.emit(IncidentCreated, { incident, alertIds: [], reasons: [] });
  return incident.id;
};
const deliveriesAbout = async (subject: string): Promise<readonly Delivery[]> =>
  (await service.call(ListDeliveries, { query: { subject } })).body.items;
const ended = (subject: string) =>
  waitFor(async () => {
    const [delivery] = await deliveriesAbout(subject);
    return delivery?.endedAt ? delivery : undefined;
  });
const requestsAbout = (subject: string) => receiver.requests.filter(({ body }) => body.includes(subject));

/** A rule to a channel of its own, gone again after the test. */
async function withWebhook(): Promise<{ channelId: string; ruleId: string }> {
  const channel = await addWebhook(service, receiver.url);
  const rule = await addRule(service, [channel]);
  onTestFinished(async () => void (await service.call(DeleteNotificationRule, { params: { id: rule.id } })));
  return { channelId: channel.id, ruleId: rule.id };
}

test('a delivery is sent once, logged, and told to the fleet', async () => {
  const { channelId, ruleId } = await withWebhook();
  const incidentId = await openIncident();
  const delivery = await ended(incidentId);
  expect(delivery).toMatchObject({
    channelId,
    ruleId,
    channelKind: 'webhook',
    eventType: 'incident.created',
    severity: 'high',
    status: 'delivered',
    attempts: 1,
    lastError: null,
    nextAttemptAt: null,
  });
  expect(requestsAbout(incidentId)).toMatchObject([{ headers: { 'webhook-id': delivery.id } }]);
  const [event] = await service.published(NotificationSent, { where: ({ data }) => data.deliveryId === delivery.id });
  expect(event.data).toMatchObject({ channelId, aboutSubject: incidentId, outcome: 'delivered', attempts: 1 });
});

test('a receiver that recovers gets the message under the same id', async () => {
  await withWebhook();
  receiver.answer({ status: 500 }, { status: 200 });
  const incidentId = await openIncident();
  expect(await ended(incidentId)).toMatchObject({ status: 'delivered', attempts: 2, lastError: null });
  const ids = requestsAbout(incidentId).map(({ headers }) => headers['webhook-id']);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
});

test('after its tries a delivery has failed, says why, is told, and can be sent again by hand', async () => {
  await withWebhook();
  receiver.answer({ status: 503 });
  const incidentId = await openIncident();
  const failed = await ended(incidentId);
  expect(failed).toMatchObject({ status: 'failed', attempts: 3, lastError: 'the receiver answered 503' });
  expect(requestsAbout(incidentId)).toHaveLength(3);
  const isOurs = ({ data }: { data: { deliveryId: string } }): boolean => data.deliveryId === failed.id;
  const [event] = await service.published(NotificationSent, { where: isOurs });
  expect(event.data).toMatchObject({ outcome: 'failed', attempts: 3 });

  receiver.answer({ status: 200 });
  const retried = await service.call(RetryDelivery, { params: { id: failed.id } });
  expect([retried.status, retried.body.status, retried.body.attempts]).toEqual([202, 'pending', 0]);
  expect(await ended(incidentId)).toMatchObject({ status: 'delivered', attempts: 1 });
  expect(await service.published(NotificationSent, { where: isOurs, count: 2 })).toHaveLength(2);
});

test('only a failed delivery of the tenant can be sent again', async () => {
  await withWebhook();
  const incidentId = await openIncident();
  const { id } = await ended(incidentId);
  const again = await service.call(RetryDelivery, { params: { id } });
  expect([again.status, again.problem?.code]).toEqual([409, 'notification.delivery_not_failed']);
  const foreign = await service.call(RetryDelivery, { params: { id }, token: service.tokens.otherTenantAdmin });
  expect([foreign.status, foreign.problem?.code]).toEqual([404, 'notification.delivery_not_found']);
});

test('what a killed process was sending is sent again under the same id once its lease has run out', async () => {
  await withWebhook();
  receiver.answer('silent');
  const incidentId = await openIncident();
  await waitFor(() => requestsAbout(incidentId).length === 1);
  receiver.answer({ status: 200 });
  // As if the process had died in the middle: nothing is written down, the lease is over.
  await service.query(
    `update notification.deliveries set attempts = attempts + 0, next_attempt_at = now() - interval '1 second'
     where subject = $1 and status = 'pending'`,
    [incidentId],
  );
  expect(await ended(incidentId)).toMatchObject({ status: 'delivered' });
  const ids = requestsAbout(incidentId).map(({ headers }) => headers['webhook-id']);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
});

test('a message that ends every process that sends it is given up', async () => {
  await withWebhook();
  receiver.answer('silent');
  const incidentId = await openIncident();
  await waitFor(() => requestsAbout(incidentId).length === 1);
  await service.query(`update notification.deliveries set attempts = 3, next_attempt_at = now() where subject = $1`, [
    incidentId,
  ]);
  expect(await ended(incidentId)).toMatchObject({ status: 'failed', lastError: expect.stringContaining('given up') });
});

test('a receiver that never answers does not hold up the others', async () => {
  // Whoever waited for the deaf one would wait for longer than this test may take.
  const env = { ...testEnv, NOTIFICATION_SEND_TIMEOUT_MS: '120000' };
  const patient = await startTestService(notificationService, { env });
  onTestFinished(() => patient.close());
  const deaf = await startHttpReceiver();
  deaf.answer('silent');
  onTestFinished(deaf.close);
  await addRule(patient, [await addWebhook(patient, deaf.url)]);
  for (let count = 0; count < 20; count++) await openIncident(patient);
  await waitFor(() => deaf.requests.length > 0);
  await addRule(patient, [await addWebhook(patient, receiver.url)]);
  const incidentId = await openIncident(patient);
  await waitFor(() => requestsAbout(incidentId).length > 0);
  expect(requestsAbout(incidentId)).toHaveLength(1);
});

test('what waits for a channel that is gone or switched off fails and says so', async () => {
  const { channelId } = await withWebhook();
  receiver.answer({ status: 500, headers: { 'retry-after': '600' } });
  const incidentId = await openIncident();
  await waitFor(() => requestsAbout(incidentId).length === 1);
  await waitFor(async () => (await deliveriesAbout(incidentId))[0]?.lastError);
  await service.call(ReplaceChannel, {
    params: { id: channelId },
    body: { kind: 'webhook', name: channelId, enabled: false, settings: { url: receiver.url } },
  });
  await service.query('update notification.deliveries set next_attempt_at = now() where subject = $1', [incidentId]);
  expect(await ended(incidentId)).toMatchObject({
    status: 'failed',
    lastError: 'the channel is gone or switched off',
  });
});

test('two processes share the work and send nothing twice', async () => {
  await withWebhook();
  const second = await startTestService(notificationService, { env: { ...service.env, INSTANCE_ID: 'second' } });
  onTestFinished(() => second.close());
  const incidentIds = await Promise.all(Array.from({ length: 30 }, openIncident));
  await Promise.all(incidentIds.map(ended));
  expect(incidentIds.map((id) => requestsAbout(id).length)).toEqual(incidentIds.map(() => 1));
});

test('a credential that no longer opens fails at once and asks for a new one', async () => {
  const { channelId } = await withWebhook();
  await service.query(`update notification.channels set secret = 'v1.AAAA' where id = $1`, [channelId]);
  const incidentId = await openIncident();
  expect(await ended(incidentId)).toMatchObject({
    status: 'failed',
    attempts: 1,
    lastError: expect.stringContaining('set it again'),
  });
});

test('what this version cannot read fails with its reason and costs no other its turn', async () => {
  const { channelId } = await withWebhook();
  receiver.answer({ status: 500, headers: { 'retry-after': '600' } });
  const [badMessage = '', good = '', badSettings = ''] = await Promise.all(Array.from({ length: 3 }, openIncident));
  const about = [badMessage, good, badSettings];
  for (const incidentId of about) {
    await waitFor(async () => (await deliveriesAbout(incidentId))[0]?.lastError);
  }
  receiver.answer({ status: 200 });
  const makeDue = (subjects: readonly string[]) =>
    service.query('update notification.deliveries set next_attempt_at = now() where subject = any($1)', [subjects]);

  await service.query(`update notification.deliveries set message = message - 'lines' where subject = $1`, [
    badMessage,
  ]);
  await makeDue([badMessage, good]);
  expect(await ended(badMessage)).toMatchObject({
    status: 'failed',
    lastError: 'the stored message cannot be read: lines',
  });
  expect(await ended(good)).toMatchObject({ status: 'delivered' });
  const [event] = await service.published(NotificationSent, { where: ({ data }) => data.aboutSubject === badMessage });
  expect(event.data).toMatchObject({ aboutType: 'incident.created', outcome: 'failed' });

  await service.query(`update notification.channels set settings = '{}' where id = $1`, [channelId]);
  await makeDue([badSettings]);
  expect(await ended(badSettings)).toMatchObject({
    status: 'failed',
    lastError: "the channel's settings cannot be read: settings.url",
  });
});
