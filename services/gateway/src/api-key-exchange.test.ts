import type { IncomingMessage, ServerResponse } from 'node:http';
import { waitFor } from '@soc/fleet/testing';
import { createTokenSigner, type Principal } from '@soc/identity';
import { readFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { principalSentTo, startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const signer = createTokenSigner({
  privateKeyPem: readFileSync(inject('signingKeyFile'), 'utf8'),
  issuer: 'soc-agent',
  audience: 'soc-fleet',
});
const sensor: Principal = {
  kind: 'api_key',
  subject: 'k1',
  name: 'sensor',
  tenantId: 'default',
  roles: [],
  permissions: new Set(['alerts:read']),
  makerId: 'u1',
};
const sensorToken = signer.sign(sensor, 300);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const giveToken: Answer = (_, response) => json(response, 200, { accessToken: sensorToken, expiresInS: 300 });
const isUnknown: Answer = (_, response) => json(response, 404, { code: 'auth.api_key_unknown' });

/** Auth as the gateway sees it; `exchange` answers the exchange of a key. */
async function startFakeAuth(exchange: Answer) {
  let current = exchange;
  const counts = { tokens: 0, exchanges: 0 };
  const service = await startFakeService(
    (request, response) => {
      if (request.url === '/api/v1/auth/service-token') {
        counts.tokens += 1;
        json(response, 200, { accessToken: `service-token-${counts.tokens}`, expiresInS: 900 });
        return;
      }
      counts.exchanges += 1;
      current(request, response);
    },
    { issuesTokens: true },
  );
  return {
    url: service.url,
    counts,
    revoke: service.revoke,
    setExchange: (next: Answer) => {
      current = next;
    },
  };
}

const send = (gateway: TestGateway, key: string, path = '/api/v1/alerts') =>
  gateway.send({ path, token: null, headers: { 'x-api-key': key } });

test('the holder of a key is let through with a token, and the key stays at the gateway', async () => {
  const [auth, alert] = [await startFakeAuth(giveToken), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_ALERT: alert.url });
  expect((await send(gateway, 'soc_good')).status).toBe(200);
  expect(await principalSentTo('alert', alert.seen[0]?.headers.authorization)).toEqual(sensor);
  expect(alert.seen[0]?.headers).not.toHaveProperty('x-api-key');
  expect((await send(gateway, 'soc_good', '/api/v1/intel/indicators')).status).toBe(403);
});

test('a key may come as a Bearer, for webhooks of others can send no field of another name', async () => {
  const [auth, alert] = [await startFakeAuth(giveToken), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_ALERT: alert.url });
  const asBearer = (key: string) =>
    gateway.send({ path: '/api/v1/alerts', token: null, headers: { authorization: `Bearer ${key}` } });
  expect((await asBearer('soc_good')).status).toBe(200);
  expect(await principalSentTo('alert', alert.seen[0]?.headers.authorization)).toEqual(sensor);
  auth.setExchange(isUnknown);
  expect((await asBearer('soc_bad')).body['code']).toBe('auth.unauthenticated');
  expect(auth.counts.exchanges).toBe(2);
});

test('a key is exchanged once for many requests, at the same time or one after another', async () => {
  const [auth, alert] = [await startFakeAuth(giveToken), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_ALERT: alert.url });
  await Promise.all(Array.from({ length: 20 }, () => send(gateway, 'soc_good')));
  await send(gateway, 'soc_good');
  expect(auth.counts).toEqual({ tokens: 1, exchanges: 1 });
  await send(gateway, 'soc_another');
  expect(auth.counts).toEqual({ tokens: 1, exchanges: 2 });
});

test('a key that is none is refused, and auth is spared the next tries', async () => {
  const auth = await startFakeAuth(isUnknown);
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  for (let i = 0; i < 5; i += 1) {
    const { status, body } = await send(gateway, 'soc_bad');
    expect([status, body['code']]).toEqual([401, 'auth.unauthenticated']);
  }
  expect(auth.counts.exchanges).toBe(1);
  expect((await send(gateway, 'x'.repeat(300))).status).toBe(401);
  expect(auth.counts.exchanges).toBe(1);
});

test('a public endpoint does not excuse a bad key', async () => {
  const auth = await startFakeAuth(isUnknown);
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  expect((await send(gateway, 'soc_bad', '/services/health')).status).toBe(401);
});

test('when auth no longer takes the gateway’s own token, another is asked for', async () => {
  const [auth, alert] = [await startFakeAuth(giveToken), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_ALERT: alert.url });
  await send(gateway, 'soc_one');
  auth.setExchange((request, response) => {
    if (request.headers.authorization === 'Bearer service-token-1') json(response, 401, { code: 'x' });
    else giveToken(request, response);
  });
  expect((await send(gateway, 'soc_two')).status).toBe(200);
  expect(auth.counts).toEqual({ tokens: 2, exchanges: 3 });
});

test.each<readonly [string, Answer]>([
  ['refuses the gateway itself', (_, response) => json(response, 403, { code: 'auth.forbidden' })],
  ['fails', (_, response) => json(response, 500, { code: 'internal' })],
  ['answers nonsense', (_, response) => json(response, 200, { surprise: true })],
  ['breaks off', (request) => request.socket.destroy()],
])('when auth %s, a key is neither good nor bad: 503, and the next request asks again', async (_, exchange) => {
  const [auth, alert] = [await startFakeAuth(exchange), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_ALERT: alert.url });
  const { status, body } = await send(gateway, 'soc_good');
  expect([status, body['code']]).toEqual([503, 'auth.unavailable']);
  auth.setExchange(giveToken);
  expect((await send(gateway, 'soc_good')).status).toBe(200);
});

test('a key whose maker is revoked is exchanged again, and stands for what it is worth then', async () => {
  const [auth, alert] = [await startFakeAuth(giveToken), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_ALERT: alert.url });
  expect((await send(gateway, 'soc_good')).status).toBe(200);
  const before = new Date(Date.now() + 1_000).toISOString();
  const lesser = signer.sign({ ...sensor, permissions: new Set(['intel:read']) }, 300, {
    issuedAtS: Date.parse(before) / 1000,
  });
  auth.setExchange((_, response) => json(response, 200, { accessToken: lesser, expiresInS: 300 }));
  auth.revoke({ kind: 'user', subject: 'u1', before, at: before });
  await waitFor(async () => (await send(gateway, 'soc_good')).status === 403);
  expect(auth.counts.exchanges).toBe(2);
  auth.setExchange(isUnknown);
  auth.revoke({ kind: 'api_key', subject: 'k1', before: new Date(Date.now() + 2_000).toISOString(), at: before });
  await waitFor(async () => (await send(gateway, 'soc_good')).status === 401);
  expect(auth.counts.exchanges).toBe(3);
});

test('without auth a key cannot be checked, and tokens still can', async () => {
  const alert = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url });
  expect((await send(gateway, 'soc_good')).status).toBe(503);
  expect((await gateway.send({ path: '/api/v1/alerts' })).status).toBe(200);
});
