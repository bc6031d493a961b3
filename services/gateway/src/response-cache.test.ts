import { randomBytes } from 'node:crypto';
import { waitFor } from '@soc/fleet/testing';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { startMufflable } from './redis.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const OVERVIEW = '/api/v1/analytics/overview';

/** A service whose every answer is another. */
async function startCounting(headers: Readonly<Record<string, string>> = {}) {
  let count = 0;
  const service = await startFakeService((_, response) => {
    count += 1;
    const body = JSON.stringify({ count });
    const own = { 'content-type': 'application/json', 'content-length': String(body.length), ...headers };
    response.writeHead(200, own).end(body);
  });
  const prefix = `test-cache-${randomBytes(6).toString('hex')}`;
  const gateway = await startTestGateway({ UPSTREAM_ANALYTICS: service.url, REDIS_PREFIX: prefix });
  await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
  return { gateway, prefix, seen: service.seen };
}

const read = async (
  gateway: TestGateway,
  given: { token?: string; path?: string; headers?: Record<string, string> } = {},
) => {
  const { status, body, headers } = await gateway.send({ path: OVERVIEW, ...given });
  return [status, body['count'], headers['x-cache']];
};

test('an answer is kept for all of a tenant with the same permissions and the same question, and for nobody else', async () => {
  const { gateway, seen } = await startCounting();
  const { admin, viewer, otherTenantAdmin } = gateway.tokens;
  expect(await read(gateway)).toEqual([200, 1, 'MISS']);
  expect(await read(gateway)).toEqual([200, 1, 'HIT']);
  const another = gateway.sign({ ...gateway.principals.admin, subject: 'another', name: 'Another' });
  expect(await read(gateway, { token: another })).toEqual([200, 1, 'HIT']);
  expect(await read(gateway, { token: viewer })).toEqual([200, 2, 'MISS']);
  expect(await read(gateway, { token: otherTenantAdmin })).toEqual([200, 3, 'MISS']);
  expect(await read(gateway, { token: admin, path: `${OVERVIEW}?from=2026-01-01T00:00:00Z` })).toEqual([
    200,
    4,
    'MISS',
  ]);
  expect(seen).toHaveLength(4);
  const { headers } = await gateway.send({ path: OVERVIEW });
  expect(headers).toMatchObject({
    age: expect.stringMatching(/^\d+$/) as string,
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
  });
});

test('who may not read it gets nothing of what is kept', async () => {
  const { gateway } = await startCounting();
  await read(gateway);
  expect((await read(gateway, { token: gateway.tokens.nobody }))[0]).toBe(403);
  expect((await gateway.send({ path: OVERVIEW, token: null })).status).toBe(401);
});

test('many who ask at once cost the service one request', async () => {
  const { gateway, seen } = await startCounting();
  const answers = await Promise.all(Array.from({ length: 20 }, () => read(gateway)));
  expect(new Set(answers.map(([status, count]) => [status, count].join(' ')))).toEqual(new Set(['200 1']));
  expect(seen).toHaveLength(1);
});

test('a client may insist on a new answer, and one that has written always gets one', async () => {
  const { gateway } = await startCounting();
  expect(await read(gateway)).toEqual([200, 1, 'MISS']);
  expect(await read(gateway, { headers: { 'cache-control': 'no-cache' } })).toEqual([200, 2, 'MISS']);
  expect(await read(gateway)).toEqual([200, 2, 'HIT']);
  expect(await read(gateway, { headers: { 'x-consistency-token': 'seen' } })).toEqual([200, 3, 'BYPASS']);
  expect(await read(gateway, { headers: { 'cache-control': 'no-store' } })).toEqual([200, 4, 'BYPASS']);
});

test('a service that says that its answers changed is asked anew, for that tenant alone', async () => {
  const { gateway, prefix } = await startCounting();
  const { otherTenantAdmin } = gateway.tokens;
  await read(gateway);
  await read(gateway, { token: otherTenantAdmin });
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  await redis.incr(`${prefix}:cache:generation:analytics:default`);
  expect(await read(gateway)).toEqual([200, 3, 'MISS']);
  expect(await read(gateway, { token: otherTenantAdmin })).toEqual([200, 2, 'HIT']);
});

test('a write to the service through the gateway makes what is kept of it old', async () => {
  let roles = 1;
  const auth = await startFakeService((request, response) => {
    if (request.method === 'POST') roles += 1;
    const body = JSON.stringify({ count: roles });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) }).end(body);
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
  const path = '/api/v1/auth/roles';
  expect(await read(gateway, { path })).toEqual([200, 1, 'MISS']);
  expect(await read(gateway, { path })).toEqual([200, 1, 'HIT']);
  await gateway.send({ method: 'POST', path, body: '{}' });
  expect(await read(gateway, { path })).toEqual([200, 2, 'MISS']);
});

test.each([
  ['says that it is not to be kept', { 'cache-control': 'no-store' }],
  ['brings a cookie', { 'set-cookie': 'a=b' }],
  ['is larger than what is kept', { 'content-length': '300000' }],
])('an answer that %s is not kept', async (_, headers) => {
  const service = await startFakeService((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end('x'.repeat(Number((headers as Record<string, string>)['content-length'] ?? 0)));
  });
  const gateway = await startTestGateway({ UPSTREAM_ANALYTICS: service.url });
  await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
  const raw = async () => {
    const answer = await fetch(`${gateway.url}${OVERVIEW}`, {
      headers: { authorization: `Bearer ${gateway.tokens.admin}` },
    });
    await answer.text();
    return [answer.status, answer.headers.get('x-cache')];
  };
  expect([await raw(), await raw()]).toEqual([
    [200, null],
    [200, null],
  ]);
});

test('without Redis, and when the service fails, the answer is what it would be without a cache', async () => {
  const service = await startFakeService((_, response) => json(response, 500, { code: 'internal' }));
  const failing = await startTestGateway({ UPSTREAM_ANALYTICS: service.url });
  expect((await failing.send({ path: OVERVIEW })).status).toBe(500);
  const working = await startFakeService();
  const alone = await startTestGateway({ UPSTREAM_ANALYTICS: working.url, REDIS_URL: 'redis://127.0.0.1:9' });
  const { status, headers } = await alone.send({ path: OVERVIEW });
  expect([status, headers['x-cache']]).toEqual([200, 'BYPASS']);
});

test('a Redis that falls silent delays one answer by a moment, and no other', async () => {
  const [service, redis] = [await startFakeService(), await startMufflable()];
  const gateway = await startTestGateway({ UPSTREAM_ANALYTICS: service.url, REDIS_URL: redis.url });
  await waitFor(async () => (await gateway.send({ path: OVERVIEW })).headers['ratelimit-limit'] !== undefined);
  redis.mute();
  const startedAt = performance.now();
  for (let i = 0; i < 5; i += 1) expect((await gateway.send({ path: OVERVIEW })).status).toBe(200);
  // The rate limiter waits for half a second of it; by itself Redis would give up after five.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test('nobody waits longer than they said for what fills the cache', async () => {
  const service = await startFakeService(() => undefined);
  const gateway = await startTestGateway({ UPSTREAM_ANALYTICS: service.url });
  await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
  const { status, body } = await gateway.send({ path: OVERVIEW, headers: { 'x-request-timeout-ms': '300' } });
  expect([status, body['code']]).toEqual([504, 'gateway.deadline_exceeded']);
});

test('what fills the cache counts for the breakers', async () => {
  const service = await startFakeService((_, response) => json(response, 500, {}));
  const env = { UPSTREAM_ANALYTICS: service.url, BREAKER_SERVICE_VOLUME: '4', BREAKER_RESET_MS: '60000' };
  const gateway = await startTestGateway(env);
  await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
  const insist = { path: OVERVIEW, headers: { 'cache-control': 'no-cache' } };
  for (let i = 0; i < 2; i += 1) expect((await gateway.send(insist)).status).toBe(500);
  expect((await gateway.send(insist)).status).toBe(503);
  expect(service.seen).toHaveLength(4);
});
