import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const me = (gateway: TestGateway, headers: Readonly<Record<string, string>> = {}) =>
  gateway.send({ path: '/api/v1/alerts', headers });
const within = (timeoutMs: number | string) => ({ 'x-request-timeout-ms': String(timeoutMs) });

test('a service is told what is left of the time its client gives', async () => {
  const alert = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url });
  await me(gateway, within(20_000));
  const left = Number(alert.seen[0]?.headers['x-request-timeout-ms']);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(20_000);
});

test('without a word of the client it is told what the endpoint may take; more than that is not granted', async () => {
  const alert = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url, UPSTREAM_HEADERS_TIMEOUT_MS: '7000' });
  await me(gateway);
  await me(gateway, within(600_000));
  for (const { headers } of alert.seen) {
    const left = Number(headers['x-request-timeout-ms']);
    expect(left).toBeGreaterThan(1_000);
    expect(left).toBeLessThanOrEqual(7_000);
  }
});

test('a second instance gets only what the first has left', async () => {
  const [one, two] = [await startFakeService(), await startFakeService()];
  one.answer((incoming) => setTimeout(() => incoming.socket.destroy(), 300));
  const gateway = await startTestGateway({ UPSTREAM_ALERT: `${one.url},${two.url}` });
  expect((await me(gateway, within(20_000))).status).toBe(200);
  expect(Number(two.seen[0]?.headers['x-request-timeout-ms'])).toBeLessThanOrEqual(19_700);
});

test('a request whose time runs out is answered 504 then, and no longer bothers its instance', async () => {
  const gone = Promise.withResolvers<true>();
  const alert = await startFakeService((incoming) => void incoming.once('close', () => gone.resolve(true)));
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url });
  const { status, headers, body } = await me(gateway, within(150));
  expect([status, body['code']]).toEqual([504, 'gateway.deadline_exceeded']);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(await gone.promise).toBe(true);
});

test('time that is already over is not spent on an instance', async () => {
  const [one, two] = [await startFakeService(), await startFakeService()];
  one.answer((incoming) => setTimeout(() => incoming.socket.destroy(), 100));
  const gateway = await startTestGateway({ UPSTREAM_ALERT: `${one.url},${two.url}` });
  expect((await me(gateway, within(100))).status).toBe(504);
  expect(two.seen.length).toBe(0);
});

test.each(['0', '-5', '1.5', '600001', 'soon', '100, 200'])('a timeout of "%s" is refused by name', async (value) => {
  const alert = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url });
  for (const path of ['/api/v1/alerts', '/']) {
    const { status, body } = await gateway.send({ path, headers: within(value) });
    expect([status, body['code']]).toEqual([400, 'request.invalid']);
    expect(body['errors']).toMatchObject([{ path: 'headers.x-request-timeout-ms' }]);
  }
  expect(alert.seen).toEqual([]);
});

test('clients that give too little time open no breaker and eject nobody', async () => {
  const alert = await startFakeService(() => undefined);
  const other = await startFakeService(() => undefined);
  const gateway = await startTestGateway({ UPSTREAM_ALERT: `${alert.url},${other.url}`, BREAKER_VOLUME: '3' });
  await Promise.all(Array.from({ length: 20 }, () => me(gateway, within(20))));
  for (const service of [alert, other]) service.answer((_, response) => json(response, 200, {}));
  for (let i = 0; i < 10; i += 1) expect((await me(gateway)).status).toBe(200);
  const { body } = await gateway.call(GetServicesHealth);
  const instances = body.services.find(({ service }) => service === 'alert')?.instances ?? [];
  expect(instances.map(({ breaker, ejected }) => [breaker, ejected])).toEqual([
    ['closed', false],
    ['closed', false],
  ]);
});

test('nor do they when the services notice that first', async () => {
  const alert = await startFakeService((_, response) => json(response, 504, { code: 'request.deadline_exceeded' }));
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url, BREAKER_VOLUME: '3' });
  for (let i = 0; i < 10; i += 1) expect((await me(gateway, within(5_000))).status).toBe(504);
  expect(alert.seen).toHaveLength(10);
  for (let i = 0; i < 30; i += 1) await me(gateway);
  // Those that nobody rushed do count.
  expect(alert.seen.length).toBeLessThan(40);
});

test('a stream may last longer than its request was given to begin', async () => {
  const opened = Promise.withResolvers<() => void>();
  const notification = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    response.write('data: one\n\n');
    opened.resolve(() => response.end('data: two\n\n'));
  });
  const gateway = await startTestGateway({ UPSTREAM_NOTIFICATION: notification.url });
  const stream = gateway.send({ path: '/api/v1/notifications/stream', headers: within(200) });
  const startedAt = performance.now();
  const finish = await opened.promise;
  await waitFor(() => performance.now() - startedAt > 400);
  finish();
  expect((await stream).text).toBe('data: one\n\ndata: two\n\n');
});
