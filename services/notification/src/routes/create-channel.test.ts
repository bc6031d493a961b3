import { randomUUID } from 'node:crypto';
import {
  CreateChannel,
  DeleteChannel,
  GetChannel,
  ListChannels,
  ReplaceChannel,
  TestChannel,
} from '@soc/contracts/notification/channels';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { notificationService } from '../app.ts';
import { addRule, addWebhook, testEnv, testSecret } from '../arrangement.fixture.ts';
import { startHttpReceiver } from '../http-receiver.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(notificationService, { env: { ...testEnv, NOTIFICATION_ALLOW_PRIVATE: 'false' } });
});
afterAll(() => service.close());

const email = {
  kind: 'email',
  name: 'mail to the night shift',
  settings: {
    host: 'mail.example.org',
    port: 587,
    from: 'soc@example.org',
    to: ['night@example.org'],
    user: 'soc',
    password: 'hunter2-secret',
  },
};
const webhook = (name: string, url = 'https://hooks.example.com/x') => ({
  kind: 'webhook',
  name,
  settings: { url, secret: testSecret },
});
const create = (body: unknown) => service.call(CreateChannel, { body });

test('no answer ever tells a credential, and none lies readable in the database', async () => {
  const slack = { kind: 'slack', name: 'chat', settings: { url: 'https://hooks.example.com/services/T/B/slack-key' } };
  const created = [await create(email), await create(webhook('hook')), await create(slack)];
  expect(created.map(({ status, body }) => [status, body.kind, body.hasSecret])).toEqual([
    [201, 'email', true],
    [201, 'webhook', true],
    [201, 'slack', true],
  ]);
  const listed = await service.call(ListChannels, { token: service.tokens.viewer });
  expect(listed.body.items).toEqual(created.map(({ body }) => body).toReversed());
  expect(created[0]?.body).toMatchObject({ settings: { security: 'starttls', user: 'soc' } });
  const rows = await service.query('select * from notification.channels');
  const told = JSON.stringify([created.map(({ body }) => body), listed.body, rows]);
  for (const secret of ['hunter2-secret', testSecret, 'slack-key']) expect(told).not.toContain(secret);
});

test('a name is taken once in a tenant, whatever its case', async () => {
  const first = await create(webhook('Unique'));
  const second = await create(webhook('uNIQUE'));
  expect([second.status, second.problem?.code]).toEqual([409, 'notification.name_taken']);
  const other = await create(webhook('other name'));
  const { id } = other.body;
  const renamed = await service.call(ReplaceChannel, { params: { id }, body: webhook('unique') });
  expect([renamed.status, renamed.problem?.code]).toEqual([409, 'notification.name_taken']);
  const token = service.tokens.otherTenantAdmin;
  expect((await service.call(CreateChannel, { body: webhook('Unique'), token })).status).toBe(201);
  expect(first.status).toBe(201);
});

test.each(['http://169.254.169.254/latest', 'http://localhost:8002/', 'https://user:pass@example.com/'])(
  'a webhook cannot go to %s',
  async (url) => {
    for (const body of [webhook('forbidden', url), { kind: 'slack', name: 'forbidden', settings: { url } }]) {
      const { status, problem } = await create(body);
      expect([status, problem?.code]).toEqual([422, 'notification.destination_forbidden']);
    }
  },
);

test.each([
  ['body.settings.url', webhook('x', 'file:///etc/passwd')],
  ['body.settings.secret', { ...webhook('x'), settings: { url: 'https://x.example', secret: 'short' } }],
  ['body.settings.to.0', { ...email, settings: { ...email.settings, to: ['a@b.c\r\nBcc: d@e.f'] } }],
  ['body.settings.host', { ...email, settings: { ...email.settings, host: 'a b' } }],
  ['body.settings.surprise', { ...email, settings: { ...email.settings, surprise: 1 } }],
  ['body.kind', { ...email, kind: 'pager' }],
])('%s is checked', async (path, body) => {
  const { status, problem } = await create(body);
  expect([status, problem?.errors?.map((error) => error.path)]).toEqual([400, [path]]);
});

test('a channel is replaced as a whole, and keeps a credential that is left out', async () => {
  const { body: channel } = await create({ ...email, name: 'to be replaced' });
  const { password: _password, ...settings } = email.settings;
  const body = { ...email, name: 'replaced', enabled: false, settings: { ...settings, to: ['day@example.org'] } };
  const params = { id: channel.id };
  const replaced = await service.call(ReplaceChannel, { params, body });
  expect([replaced.status, replaced.body]).toMatchObject([
    200,
    { name: 'replaced', enabled: false, hasSecret: true, settings: { to: ['day@example.org'] } },
  ]);
  expect((await service.call(GetChannel, { params, token: service.tokens.viewer })).body).toEqual(replaced.body);

  const elsewhere = { ...body, settings: { ...body.settings, host: 'evil.example' } };
  const stolen = await service.call(ReplaceChannel, { params, body: elsewhere });
  expect([stolen.status, stolen.problem?.code]).toEqual([422, 'notification.secret_required']);
  const turned = await service.call(ReplaceChannel, { params, body: webhook('turned') });
  expect([turned.status, turned.problem?.code]).toEqual([409, 'notification.kind_fixed']);
});

test('a channel that a rule uses cannot be deleted; without it, it can', async () => {
  const { body: used } = await create(webhook('used'));
  await addRule(service, [used]);
  const refused = await service.call(DeleteChannel, { params: { id: used.id } });
  expect([refused.status, refused.problem?.code]).toEqual([409, 'notification.channel_in_use']);
  const { body: unused } = await create(webhook('unused'));
  expect((await service.call(DeleteChannel, { params: { id: unused.id } })).status).toBe(204);
  expect((await service.call(GetChannel, { params: { id: unused.id } })).status).toBe(404);
});

test('nothing can be done with a channel of another tenant, or with none', async () => {
  const { body: mine } = await create(webhook('mine'));
  const body = webhook('stolen');
  for (const request of [{ id: mine.id, token: service.tokens.otherTenantAdmin }, { id: randomUUID() }]) {
    const { id, ...rest } = request;
    for (const spec of [GetChannel, ReplaceChannel, DeleteChannel, TestChannel]) {
      const needsBody = spec.id === 'replaceChannel';
      const { status, problem } = await service.call(spec, { params: { id }, ...rest, ...(needsBody && { body }) });
      expect([spec.id, status, problem?.code]).toEqual([spec.id, 404, 'notification.channel_not_found']);
    }
  }
});

test('trying out a channel sends now and tells what came of it', async () => {
  const [open, receiver] = await Promise.all([
    startTestService(notificationService, { env: testEnv }),
    startHttpReceiver(),
  ]);
  onTestFinished(async () => void (await Promise.all([open.close(), receiver.close()])));
  const channel = await addWebhook(open, receiver.url);
  const test1 = await open.call(TestChannel, { params: { id: channel.id } });
  expect([test1.status, test1.body]).toMatchObject([200, { outcome: 'delivered', error: null }]);
  expect(receiver.requests).toMatchObject([{ headers: { 'webhook-signature': expect.stringMatching(/^v1,/) } }]);
  expect(receiver.requests[0]?.body).toContain('"channel.tested"');
  receiver.answer({ status: 404 });
  const test2 = await open.call(TestChannel, { params: { id: channel.id } });
  expect(test2.body).toMatchObject({ outcome: 'failed', error: 'the receiver answered 404' });
});
