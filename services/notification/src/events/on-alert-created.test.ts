import { AlertCreated, uuidv7 } from '@soc/contracts';
import { ListDeliveries } from '@soc/contracts/notification/deliveries';
import { DeleteNotificationRule } from '@soc/contracts/notification/rules';
import { exampleAlert, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

const emitAlert = async (fields: Parameters<typeof exampleAlert>[0] = {}): Promise<string> => {
  const alert = exampleAlert({ id: uuidv7(Date.now()), ...fields });
  await service.emit(AlertCreated, { alert });
  return alert.id;
};
const isHandled = async (eventCount: number) => {
  const [row] = await service.query<{ count: string }>('select count(*) from notification.inbox');
  return Number(row?.count) >= eventCount;
};
const deliveriesAbout = async (subject: string) =>
  (await service.call(ListDeliveries, { query: { subject } })).body.items;

test('alerts are told only while a rule wants them, from its severity upwards', async () => {
  const before = await emitAlert();
  await waitFor(() => isHandled(1));
  const rule = await addRule(service, [await addWebhook(service, receiver.url)], {
    events: ['alert.created'],
    minSeverity: 'high',
  });
  const [low, high] = [await emitAlert({ severity: 'low' }), await emitAlert({ severity: 'high' })];
  await waitFor(() => receiver.requests.some(({ body }) => body.includes(high)));
  expect([await deliveriesAbout(before), await deliveriesAbout(low)]).toEqual([[], []]);

  await service.call(DeleteNotificationRule, { params: { id: rule.id } });
  const after = await emitAlert();
  await waitFor(() => isHandled(4));
  expect(await deliveriesAbout(after)).toEqual([]);
});

test('a hundred alerts of one fingerprint at once are one message', async () => {
  const rule = await addRule(service, [await addWebhook(service, receiver.url)], {
    events: ['alert.created'],
    throttle: { perSubjectS: 600 },
  });
  await Promise.all(Array.from({ length: 100 }, () => emitAlert({ fingerprint: 'flood' })));
  const statuses = await waitFor(async () => {
    const { items } = (await service.call(ListDeliveries, { query: { ruleId: rule.id, limit: 200 } })).body;
    const counted = Object.groupBy(items, ({ status }) => status);
    return items.length === 100 && !counted.pending ? counted : undefined;
  });
  expect([statuses.delivered?.length, statuses.suppressed?.length]).toEqual([1, 99]);
});
