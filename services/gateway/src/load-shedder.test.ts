import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ServerResponse } from 'node:http';
import { waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

/** As many requests as are wanted under way at a service that answers when it is told to. */
async function startBusyGateway(inFlight: number) {
  const waiting: ServerResponse[] = [];
  const alert = await startFakeService((_, response) => void waiting.push(response));
  const auth = await startFakeService();
  const env = { UPSTREAM_ALERT: alert.url, UPSTREAM_AUTH: auth.url, SHED_IN_FLIGHT: '4' };
  const gateway = await startTestGateway(env);
  const headers = { authorization: `Bearer ${gateway.tokens.admin}`, 'content-type': 'application/json' };
  for (let i = 0; i < inFlight; i += 1) {
    httpRequest(`${gateway.url}/api/v1/alerts`, { method: 'POST', headers })
      .on('response', (response) => response.resume())
      .on('error', () => undefined)
      .end('{}');
  }
  await waitFor(() => waiting.length === inFlight);
  const finish = (): void => {
    for (const response of waiting) json(response, 200, {});
  };
  return { gateway, finish };
}

const me = (gateway: TestGateway) => gateway.send({ path: '/api/v1/auth/me' });

test('with too much under way the rest is told to come back, and is let in again once some are done', async () => {
  const { gateway, finish } = await startBusyGateway(6);
  const { status, body, headers } = await me(gateway);
  expect([status, body['code']]).toEqual([503, 'gateway.overloaded']);
  expect([1, 2, 3]).toContain(Number(headers['retry-after']));
  for (const path of ['/health', '/health/live', '/metrics', '/.well-known/jwks.json']) {
    expect([path, (await gateway.send({ path, token: null })).status]).toEqual([path, 200]);
  }
  const { text } = await gateway.send({ path: '/metrics', token: null });
  expect(text).toMatch(/soc_gateway_shed_requests_total\{[^}]*traffic="general"[^}]*\} 1/);
  finish();
  await waitFor(async () => (await me(gateway)).status === 200);
});

test('clients that send their bodies slowly get nobody shed, and one client has only so many at once', async () => {
  const auth = await startFakeService();
  const env = {
    UPSTREAM_AUTH: auth.url,
    SHED_IN_FLIGHT: '2',
    SHED_ADDRESS_IN_FLIGHT: '6',
    TRUSTED_PROXIES: '127.0.0.1',
  };
  const gateway = await startTestGateway(env);
  const slow = Array.from({ length: 6 }, (_, index) => {
    const headers = { 'content-length': '100', 'x-forwarded-for': `2001:db8:1:2::${index}` };
    const request = httpRequest(`${gateway.url}/api/v1/auth/login`, { method: 'POST', headers });
    request.on('error', () => undefined).write('{');
    onTestFinished(() => void request.destroy());
    return request;
  });
  const from = async (address: string) => {
    const headers = { 'x-forwarded-for': address };
    const { status, body } = await gateway.send({ path: '/api/v1/auth/me', headers });
    return [status, body['code']];
  };
  await waitFor(async () => (await from('2001:db8:1:2::9'))[0] === 429);
  expect(await from('2001:db8:1:2::9')).toEqual([429, 'gateway.rate_limited']);
  expect(await from('2001:db8:1:3::1')).toEqual([200, undefined]);
  for (const request of slow) request.destroy();
  await waitFor(async () => (await from('2001:db8:1:2::9'))[0] === 200);
});

test('alerts are let in when all else is shed, until there are three times too many', async () => {
  const { gateway, finish } = await startBusyGateway(11);
  const logIn = await gateway.send({ method: 'POST', path: '/api/v1/auth/login', token: null });
  expect([(await me(gateway)).status, logIn.status]).toEqual([503, 503]);
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const twelfth = httpRequest(`${gateway.url}/api/v1/alerts`, { method: 'POST', headers }).end('{}');
  const answered = once(twelfth, 'response');
  await waitFor(async () => {
    const { text } = await gateway.send({ path: '/metrics', token: null });
    return /soc_gateway_requests_in_flight\{[^}]*\} 12\b/.test(text);
  });
  expect((await gateway.send({ method: 'POST', path: '/api/v1/alerts', body: '{}' })).status).toBe(503);
  finish();
  await answered;
});

test('a blocked event loop sheds what is dear first', async () => {
  const storage = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: storage.url, SHED_EVENT_LOOP_DELAY_MS: '20' });
  const search = async () => (await gateway.send({ path: '/api/v1/storage/search?q=x' })).status;
  expect(await search()).toBe(200);
  const block = setInterval(() => {
    const until = performance.now() + 80;
    while (performance.now() < until);
  }, 1);
  await waitFor(async () => (await search()) === 503);
  clearInterval(block);
  await waitFor(async () => (await search()) === 200);
});
