import { randomUUID } from 'node:crypto';
import type { Channel } from '@soc/contracts/notification/channels';
import {
  CreateNotificationRule,
  DeleteNotificationRule,
  GetNotificationRule,
  ListNotificationRules,
  ReplaceNotificationRule,
} from '@soc/contracts/notification/rules';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notificationService } from '../app.ts';
import { addWebhook, testEnv } from '../arrangement.fixture.ts';

let service: TestService;
let channel: Channel;
beforeAll(async () => {
  service = await startTestService(notificationService, { env: testEnv });
  channel = await addWebhook(service, 'https://hooks.example.com/x');
});
afterAll(() => service.close());

const ruleBody = (name: string, fields: object = {}) => ({
  name,
  events: ['incident.created'],
  channelIds: [channel.id],
  ...fields,
});
const create = (body: unknown) => service.call(CreateNotificationRule, { body });

test('a rule says who is told about what, with sensible defaults', async () => {
  const { status, body } = await create(ruleBody('defaults', { events: ['incident.created', 'incident.created'] }));
  expect([status, body]).toMatchObject([
    201,
    {
      name: 'defaults',
      enabled: true,
      events: ['incident.created'],
      minSeverity: 'medium',
      channelIds: [channel.id],
      throttle: { perSubjectS: 300 },
    },
  ]);
  const params = { id: body.id };
  expect((await service.call(GetNotificationRule, { params, token: service.tokens.viewer })).body).toEqual(body);
});

test('rules are listed newest first, page by page', async () => {
  const [older, newer] = [(await create(ruleBody('older'))).body, (await create(ruleBody('newer'))).body];
  const list = async (query: Record<string, string | number>) =>
    (await service.call(ListNotificationRules, { query, token: service.tokens.viewer })).body;
  const first = await list({ limit: 1 });
  expect(first.items).toEqual([newer]);
  const second = await list({ limit: 1, cursor: first.nextCursor ?? '' });
  expect(second.items).toEqual([older]);
});

test('a rule is replaced as a whole', async () => {
  const { body: rule } = await create(ruleBody('to be replaced'));
  const second = await addWebhook(service, 'https://hooks.example.com/y');
  const body = ruleBody('replaced', { events: ['response.completed'], enabled: false, channelIds: [second.id] });
  const replaced = await service.call(ReplaceNotificationRule, { params: { id: rule.id }, body });
  expect([replaced.status, replaced.body]).toMatchObject([
    200,
    { id: rule.id, name: 'replaced', enabled: false, events: ['response.completed'], channelIds: [second.id] },
  ]);
  expect((await service.call(GetNotificationRule, { params: { id: rule.id } })).body).toEqual(replaced.body);
});

test('a name is taken once in a tenant', async () => {
  await create(ruleBody('Unique'));
  const { body: other } = await create(ruleBody('other'));
  const second = await create(ruleBody('unique'));
  const renamed = await service.call(ReplaceNotificationRule, { params: { id: other.id }, body: ruleBody('UNIQUE') });
  for (const { status, problem } of [second, renamed]) {
    expect([status, problem?.code]).toEqual([409, 'notification.name_taken']);
  }
});

test('a rule can only tell channels of its tenant', async () => {
  const { body: rule } = await create(ruleBody('mine'));
  const foreign = await service.call(CreateNotificationRule, {
    body: ruleBody('theirs'),
    token: service.tokens.otherTenantAdmin,
  });
  const unknown = await service.call(ReplaceNotificationRule, {
    params: { id: rule.id },
    body: ruleBody('mine', { channelIds: [channel.id, randomUUID()] }),
  });
  for (const { status, problem } of [foreign, unknown]) {
    expect([status, problem?.code]).toEqual([422, 'notification.unknown_channel']);
  }
});

test('a deleted rule is gone; nothing can be done with it or with one of another tenant', async () => {
  const [{ body: deleted }, { body: mine }] = [await create(ruleBody('deleted')), await create(ruleBody('kept'))];
  expect((await service.call(DeleteNotificationRule, { params: { id: deleted.id } })).status).toBe(204);
  for (const request of [{ id: deleted.id }, { id: mine.id, token: service.tokens.otherTenantAdmin }]) {
    const { id, ...rest } = request;
    for (const spec of [GetNotificationRule, ReplaceNotificationRule, DeleteNotificationRule]) {
      const needsBody = spec.id === 'replaceNotificationRule';
      const body = ruleBody('whatever');
      const { status, problem } = await service.call(spec, { params: { id }, ...rest, ...(needsBody && { body }) });
      expect([spec.id, status, problem?.code]).toEqual([spec.id, 404, 'notification.rule_not_found']);
    }
  }
});
