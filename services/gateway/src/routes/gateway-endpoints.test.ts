import { ServiceName } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { GetDocs, GetIndex, GetOpenApi } from '@soc/contracts/gateway/documentation';
import { gatewayEndpoints } from '@soc/contracts/gateway/endpoints';
import { GetGatewayJwks } from '@soc/contracts/gateway/jwks';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { coverRefusals, waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../gateway.fixture.ts';
import { startFakeService } from '../upstream.fixture.ts';

const fleetHealth = async (gateway: TestGateway, token: string | null = null) => {
  const { status, body } = await gateway.call(GetServicesHealth, { token });
  expect(status).toBe(200);
  const of = (service: ServiceName) => body.services.find((one) => one.service === service);
  return { body, of };
};

test('the refusals of the gateway’s own endpoints are those of their contracts', async () => {
  await coverRefusals(await startTestGateway(), gatewayEndpoints);
});

test('the keys of internal tokens are published without their private parts, to whoever asks and however often', async () => {
  const gateway = await startTestGateway({ RATE_LIMIT_PER_S: '1', RATE_LIMIT_BURST: '1' });
  for (let i = 0; i < 5; i += 1) {
    const { status, body, headers } = await gateway.call(GetGatewayJwks, { token: null });
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=60']);
    expect(body.keys.map((key) => Object.keys(key).toSorted())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ]);
  }
});

test('the health of the fleet names all nine services and every instance, and strangers learn no address', async () => {
  const [one, two, ai] = [await startFakeService(), await startFakeService(), await startFakeService()];
  const auth = await startFakeService();
  const gateway = await startTestGateway({
    UPSTREAM_AUTH: auth.url,
    UPSTREAM_ALERT: `${one.url},${two.url}`,
    UPSTREAM_AI: ai.url,
  });
  const { body, of } = await fleetHealth(gateway);
  expect(body.services.map(({ service }) => service)).toEqual([...ServiceName.options]);
  expect(of('alert')).toMatchObject({
    status: 'ok',
    instances: [
      { name: 'alert-0', status: 'ok', healthy: true, breaker: 'closed', version: '1.2.3', uptimeS: 7 },
      { name: 'alert-1', status: 'ok', healthy: true, breaker: 'closed' },
    ],
  });
  expect(of('intel')).toEqual({
    service: 'intel',
    status: 'down',
    breaker: 'closed',
    breakerOrder: 'auto',
    instances: [],
  });
  expect(of('gateway')?.instances[0]?.status).toBe('ok');
  expect(body.status).toBe('degraded');
  expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|checks/);
});

test('who operates the fleet sees where instances are and what their checks say', async () => {
  const ai = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AI: ai.url });
  const { of } = await fleetHealth(gateway, gateway.tokens.viewer);
  expect(of('ai')?.instances[0]).toMatchObject({ address: ai.url, checks: { database: { status: 'ok' } } });
  expect(of('gateway')?.instances[0]?.checks).toHaveProperty('redis');
  expect(JSON.stringify((await fleetHealth(gateway, gateway.tokens.nobody)).body)).not.toContain(ai.url);
});

test('an instance that hangs is down, and the answer still comes within two seconds', async () => {
  const hanging = await startFakeService();
  hanging.server.removeAllListeners('request');
  const gateway = await startTestGateway({ UPSTREAM_AI: hanging.url });
  const startedAt = performance.now();
  const { body, of } = await fleetHealth(gateway);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(of('ai')).toMatchObject({ status: 'down', instances: [{ status: 'down', latencyMs: null }] });
  expect(body.status).toBe('down');
});

test('an instance that is gone is shown unhealthy until it is back', async () => {
  const ai = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AI: ai.url });
  const isHealthy = async () => (await fleetHealth(gateway)).of('ai')?.instances[0]?.healthy;
  expect(await isHealthy()).toBe(true);
  ai.setAlive(false);
  await waitFor(async () => (await isHealthy()) === false);
  ai.setAlive(true);
  await waitFor(isHealthy);
});

test('many who ask at once cost the services one look', async () => {
  const ai = await startFakeService();
  let looks = 0;
  ai.server.on('request', ({ url }) => {
    if (url === '/health') looks += 1;
  });
  const gateway = await startTestGateway({ UPSTREAM_AI: ai.url });
  await Promise.all(Array.from({ length: 10 }, () => fleetHealth(gateway)));
  expect(looks).toBe(1);
});

test('the merged document holds every endpoint of the fleet', async () => {
  const gateway = await startTestGateway();
  const { status, body } = await gateway.call(GetOpenApi, { token: null });
  expect(status).toBe(200);
  const operations = Object.values(body.paths).flatMap((path) => Object.keys(path as object));
  expect(operations).toHaveLength(endpoints.length);
});

test('the page lists every endpoint, loads nothing and runs nothing', async () => {
  const gateway = await startTestGateway();
  const { status, body, headers } = await gateway.call(GetDocs, { token: null });
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  for (const { id, summary } of endpoints) {
    expect(body).toContain(`<details id="${id}">`);
    expect(body).toContain(summary.replaceAll("'", '&#39;').slice(0, 20));
  }
  expect(body).toContain('problem details whose <code>code</code> is stable');
  expect(body).not.toMatch(/<script|<img|<link|https?:\/\/(?!json-schema)/);
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}';/);
});

test('the root says where to go', async () => {
  const gateway = await startTestGateway();
  const { status, body } = await gateway.call(GetIndex, { token: null });
  expect(status).toBe(200);
  const statuses = await Promise.all(
    Object.values(body.links).map(async (path) => (await gateway.send({ path, token: null })).status),
  );
  // The login is for POST alone.
  expect(statuses).toEqual([200, 200, 404, 200]);
});
