import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { startMufflable } from './redis.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const me = (gateway: TestGateway, token?: string | null) =>
  gateway.send({ path: '/api/v1/auth/me', ...(token !== undefined && { token }) });
const unlimited = async (gateway: TestGateway): Promise<number> => {
  const { text } = await gateway.send({ path: '/metrics' });
  return Number(/soc_gateway_unlimited_requests_total{[^}]*} (\d+)/.exec(text)?.[1] ?? Number.NaN);
};

test('a principal may send a burst, then is told to wait, and others are not touched', async () => {
  const auth = await startFakeService();
  const env = { UPSTREAM_AUTH: auth.url, RATE_LIMIT_PER_S: '1', RATE_LIMIT_BURST: '3' };
  const gateway = await startTestGateway(env);
  await waitFor(async () => (await me(gateway, gateway.tokens.responder)).headers['ratelimit-limit'] === '3');
  const answers = [];
  for (let i = 0; i < 4; i += 1) answers.push(await me(gateway));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
  const last = answers[3];
  expect(last?.body['code']).toBe('gateway.rate_limited');
  expect(Number(last?.headers['retry-after'])).toBe(1);
  expect((await me(gateway, gateway.tokens.viewer)).status).toBe(200);
});

test('what is left is told in the fields of the draft and in those before it, of the rule nearest to its limit', async () => {
  const auth = await startFakeService();
  const env = { UPSTREAM_AUTH: auth.url, RATE_LIMIT_PER_S: '2', RATE_LIMIT_BURST: '8', RATE_LIMIT_TENANT_BURST: '5' };
  const gateway = await startTestGateway(env);
  await waitFor(
    async () => (await me(gateway, gateway.tokens.otherTenantAdmin)).headers['ratelimit-limit'] !== undefined,
  );
  const { headers } = await me(gateway);
  expect(headers).toMatchObject({
    'ratelimit-limit': '5',
    'ratelimit-remaining': '4',
    'ratelimit-policy': '"tenant";q=5;w=1',
    ratelimit: '"tenant";r=4;t=1',
  });
});

test('the people of a tenant share its limit, and other tenants are not touched', async () => {
  const auth = await startFakeService();
  const env = {
    UPSTREAM_AUTH: auth.url,
    RATE_LIMIT_PER_S: '1',
    RATE_LIMIT_TENANT_PER_S: '1',
    RATE_LIMIT_TENANT_BURST: '3',
  };
  const gateway = await startTestGateway(env);
  const { admin, analyst, viewer, responder, otherTenantAdmin } = gateway.tokens;
  await waitFor(async () => (await me(gateway, otherTenantAdmin)).headers['ratelimit-limit'] !== undefined);
  const statuses = [];
  for (const token of [admin, analyst, viewer, responder]) statuses.push((await me(gateway, token)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});

test('kinds of requests are counted apart: who searches too much may still send alerts', async () => {
  const [alert, storage] = [await startFakeService(), await startFakeService()];
  const env = {
    UPSTREAM_ALERT: alert.url,
    UPSTREAM_STORAGE: storage.url,
    RATE_LIMIT_SEARCH_PER_S: '1',
    RATE_LIMIT_SEARCH_BURST: '1',
  };
  const gateway = await startTestGateway(env);
  await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
  const search = async () => (await gateway.send({ path: '/api/v1/storage/search?q=x' })).status;
  const statuses = [await search(), await search()];
  expect(statuses).toEqual([200, 429]);
  expect((await gateway.send({ method: 'POST', path: '/api/v1/alerts', body: '{}' })).status).toBe(200);
});

test.each(['with', 'without'])(
  'keys that are not known are limited by address before auth is asked, %s Redis',
  async (how) => {
    const auth = await startFakeService((_, response) => json(response, 404, { code: 'auth.api_key_unknown' }));
    const redis = await startMufflable();
    const env = {
      UPSTREAM_AUTH: auth.url,
      REDIS_URL: redis.url,
      RATE_LIMIT_KEYS_PER_MIN: '1',
      RATE_LIMIT_KEYS_BURST: '3',
    };
    const gateway = await startTestGateway(env);
    await waitFor(async () => (await gateway.send({ path: '/' })).headers['ratelimit-limit'] !== undefined);
    if (how === 'without') redis.cut();
    const statuses: number[] = [];
    for (const key of ['a', 'b', 'c', 'd', 'a']) {
      const guess = { path: '/api/v1/alerts', token: null, headers: { 'x-api-key': key } };
      statuses.push((await gateway.send(guess)).status);
    }
    // What is known of the first one costs auth nothing, so it is no guess the second time.
    expect(statuses).toEqual([401, 401, 401, 429, 401]);
    expect(auth.seen).toHaveLength(3);
  },
);

test('logins are limited even while Redis is gone', async () => {
  const auth = await startFakeService();
  const redis = await startMufflable();
  const env = {
    UPSTREAM_AUTH: auth.url,
    REDIS_URL: redis.url,
    RATE_LIMIT_LOGIN_PER_MIN: '1',
    RATE_LIMIT_LOGIN_BURST: '2',
  };
  const gateway = await startTestGateway(env);
  redis.cut();
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    statuses.push((await gateway.send({ method: 'POST', path: '/api/v1/auth/login', token: null })).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429]);
});

test('two gateways share their counts', async () => {
  const auth = await startFakeService();
  const env = {
    UPSTREAM_AUTH: auth.url,
    // By the minute: a count by the second would be less by one before a busy machine has sent all of them.
    RATE_LIMIT_LOGIN_PER_MIN: '1',
    RATE_LIMIT_LOGIN_BURST: '4',
    REDIS_PREFIX: `test-rate-${Date.now()}`,
  };
  const gateways = [await startTestGateway(env), await startTestGateway(env)] as const;
  for (const gateway of gateways) {
    await waitFor(async () => (await me(gateway, gateway.tokens.viewer)).headers['ratelimit-limit'] !== undefined);
  }
  const login = { method: 'POST', path: '/api/v1/auth/login', token: null };
  const statuses: number[] = [];
  for (let i = 0; i < 3; i += 1) for (const gateway of gateways) statuses.push((await gateway.send(login)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
});

test('logins are limited by address, whoever they claim to be, and apart from everything else', async () => {
  const auth = await startFakeService();
  const env = { UPSTREAM_AUTH: auth.url, RATE_LIMIT_LOGIN_PER_MIN: '1', RATE_LIMIT_LOGIN_BURST: '2' };
  const gateway = await startTestGateway(env);
  await waitFor(async () => (await me(gateway)).headers['ratelimit-limit'] !== undefined);
  const logIn = (token: string | null) => gateway.send({ method: 'POST', path: '/api/v1/auth/login', token });
  const { admin, viewer } = gateway.tokens;
  const statuses = [];
  for (const token of [null, admin, viewer]) statuses.push((await logIn(token)).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect((await me(gateway)).status).toBe(200);
});

test('probes and scrapers are never limited', async () => {
  const gateway = await startTestGateway({ RATE_LIMIT_PER_S: '1', RATE_LIMIT_BURST: '1' });
  await waitFor(async () => (await gateway.send({ path: '/', token: null })).status === 429);
  for (const path of ['/health/live', '/metrics', '/health']) {
    expect((await gateway.send({ path, token: null })).status).toBe(200);
  }
});

test('while Redis is silent or gone everything is let through, soon, and counted', async () => {
  const auth = await startFakeService();
  const redis = await startMufflable();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, RATE_LIMIT_BURST: '2', REDIS_URL: redis.url });
  await waitFor(async () => (await me(gateway, gateway.tokens.viewer)).headers['ratelimit-limit'] !== undefined);
  const before = await unlimited(gateway);
  for (const fail of [redis.mute, redis.cut]) {
    fail();
    const startedAt = performance.now();
    for (let i = 0; i < 5; i += 1) {
      const { status, headers } = await me(gateway);
      expect([status, headers['ratelimit-limit']]).toEqual([200, undefined]);
    }
    // One of them may have waited for Redis; the others must not.
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  }
  expect((await unlimited(gateway)) - before).toBe(10);
});

test('every answer, of a service or of the gateway, a success or a refusal, carries the security headers', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  for (const path of ['/api/v1/auth/me', '/api/v1/alerts', '/nothing', '/health', '/']) {
    expect((await gateway.send({ path })).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-request-id': expect.any(String) as string,
      traceparent: expect.stringMatching(/^00-/) as string,
    });
  }
});

test('pages of other origins may read nothing by default, and what is configured where it is', async () => {
  const auth = await startFakeService();
  const origin = 'https://console.example.org';
  const preflight = {
    method: 'OPTIONS',
    path: '/api/v1/auth/me',
    token: null,
    headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
  };
  const closed = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  expect((await closed.send(preflight)).headers).not.toHaveProperty('access-control-allow-origin');
  const open = await startTestGateway({ UPSTREAM_AUTH: auth.url, CORS_ORIGINS: origin });
  const { status, headers } = await open.send(preflight);
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-headers': expect.stringMatching(/^authorization, content-type, .*x-api-key/) as string,
    vary: 'origin, access-control-request-method, access-control-request-headers',
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  });
  const read = await open.send({ path: '/api/v1/auth/me', headers: { origin } });
  expect(read.headers['access-control-allow-origin']).toBe(origin);
  const other = await open.send({ path: '/api/v1/auth/me', headers: { origin: 'https://evil.example.org' } });
  expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  expect(auth.seen).toHaveLength(2);
});
