import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { waitFor } from '@soc/fleet/testing';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { type FakeService, json, startFakeService } from './upstream.fixture.ts';

const NO_EJECTION = { UPSTREAM_EJECT_CONSECUTIVE: '100000', UPSTREAM_EJECT_VOLUME: '100000' };
const NO_BREAKER = { BREAKER_VOLUME: '100000', BREAKER_SERVICE_VOLUME: '100000' };

const read = (gateway: TestGateway) => gateway.send({ path: '/api/v1/alerts' });
const start = (count: number) => Promise.all(Array.from({ length: count }, () => startFakeService()));
const urlsOf = (services: readonly FakeService[]) => services.map(({ url }) => url).join();
const seenBy = (services: readonly FakeService[]) => services.map(({ seen }) => seen.length);
const failing: Parameters<FakeService['answer']>[0] = (_, response) => json(response, 500, {});

const instancesOf = async (gateway: TestGateway) => {
  const { body } = await gateway.call(GetServicesHealth);
  return body.services.find(({ service }) => service === 'alert')?.instances ?? [];
};

/** The value of a series; 0 where there is none. */
async function metric(gateway: TestGateway, name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const lines = (await gateway.send({ path: '/metrics' })).text.split('\n');
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = lines.find((text) => text.startsWith(`${name}{`) && wanted.every((label) => text.includes(label)));
  return Number(line?.split(' ').at(-1) ?? 0);
}

test('an instance that answers 500 again and again is ejected, and comes back little by little', async () => {
  const services = await start(2);
  const gateway = await startTestGateway({
    ...NO_BREAKER,
    UPSTREAM_ALERT: urlsOf(services),
    UPSTREAM_EJECT_MS: '2000',
    UPSTREAM_SLOW_RETURN_MS: '60000',
  });
  services[0]?.answer(failing);
  await waitFor(async () => {
    await read(gateway);
    return (await instancesOf(gateway))[0]?.ejected;
  });
  expect(services[0]?.seen).toHaveLength(5);
  expect(await metric(gateway, 'soc_gateway_ejections_total', { reason: 'consecutive_faults' })).toBe(1);
  expect(await metric(gateway, 'soc_gateway_instances', { upstream: 'alert', state: 'ejected' })).toBe(1);

  services[0]?.answer((_, response) => json(response, 200, {}));
  const returning = await waitFor(async () =>
    (await instancesOf(gateway)).find(({ ejected, name }) => !ejected && name === 'alert-0'),
  );
  expect(returning.share).toBeLessThan(0.5);
  const before = seenBy(services);
  for (let i = 0; i < 200; i += 1) await read(gateway);
  const [first = 0, second = 0] = seenBy(services).map((seen, index) => seen - (before[index] ?? 0));
  // A tenth of an equal part at first; chance alone does not make it a half.
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(second / 2);
});

test('the last instance that serves is never ejected, whatever it answers', async () => {
  const services = await start(2);
  const gateway = await startTestGateway({
    ...NO_BREAKER,
    UPSTREAM_ALERT: urlsOf(services),
    UPSTREAM_EJECT_MS: '60000',
  });
  for (const service of services) service.answer(failing);
  for (let i = 0; i < 40; i += 1) await read(gateway);
  expect((await instancesOf(gateway)).filter(({ ejected }) => ejected)).toHaveLength(1);
  expect(Math.max(...seenBy(services))).toBeGreaterThan(30);
});

test('a share of faults ejects, too, when good answers come between', async () => {
  const services = await start(2);
  let turn = 0;
  services[0]?.answer((_, response) => json(response, (turn += 1) % 2 === 0 ? 500 : 200, {}));
  const gateway = await startTestGateway({ ...NO_BREAKER, UPSTREAM_ALERT: urlsOf(services) });
  for (let i = 0; i < 60; i += 1) await read(gateway);
  expect(await metric(gateway, 'soc_gateway_ejections_total', { reason: 'error_share' })).toBe(1);
  expect(services[0]?.seen).toHaveLength(20);
});

test('an instance that hangs, probes and all, is left out, and what may be repeated does not wait for it', async () => {
  const services = await start(2);
  const gateway = await startTestGateway({ UPSTREAM_ALERT: urlsOf(services) });
  services[0]?.server.removeAllListeners('request');
  const begun = performance.now();
  const reads = Array.from({ length: 10 }, () => read(gateway));
  expect((await Promise.all(reads)).map(({ status }) => status)).toEqual(reads.map(() => 200));
  expect(performance.now() - begun).toBeLessThan(25_000);
  expect(await metric(gateway, 'soc_gateway_retries_total', { because: 'silent' })).toBe(5);
  expect((await instancesOf(gateway))[0]).toMatchObject({ healthy: false, outstanding: 0 });
  for (let i = 0; i < 10; i += 1) expect((await read(gateway)).status).toBe(200);
});

test('the breaker of a service opens when its instances fail together, tries one request, and closes', async () => {
  const services = await start(3);
  const gateway = await startTestGateway({
    ...NO_EJECTION,
    UPSTREAM_ALERT: urlsOf(services),
    BREAKER_VOLUME: '100000',
    BREAKER_SERVICE_VOLUME: '20',
    BREAKER_RESET_MS: '2000',
  });
  const state = () => metric(gateway, 'soc_gateway_service_breaker_state', { upstream: 'alert' });
  for (const service of services) service.answer(failing);
  for (let i = 0; i < 20; i += 1) expect((await read(gateway)).status).toBe(500);
  expect(await state()).toBe(1);
  expect((await read(gateway)).body['code']).toBe('gateway.unavailable');
  expect(seenBy(services)).toEqual([7, 7, 6]);

  await waitFor(async () => (await state()) === 0.5);
  const hold = Promise.withResolvers<void>();
  const held = (response: ServerResponse) => void hold.promise.then(() => json(response, 200, {}));
  for (const service of services) service.answer((_, response) => held(response));
  const trial = read(gateway);
  await waitFor(() => seenBy(services).reduce((sum, seen) => sum + seen) === 21);
  // One trial at a time.
  expect((await read(gateway)).status).toBe(503);
  hold.resolve();
  expect((await trial).status).toBe(200);
  expect(await state()).toBe(0);
  const changes = (to: string) => metric(gateway, 'soc_gateway_breaker_changes_total', { of: 'service', state: to });
  expect([await changes('open'), await changes('half_open'), await changes('closed')]).toEqual([1, 1, 1]);
});

test('what breaks is sent again within the budget, and no more beyond it', async () => {
  const services = await start(2);
  for (const service of services) service.answer((incoming) => incoming.socket.destroy());
  const gateway = await startTestGateway({ ...NO_BREAKER, ...NO_EJECTION, UPSTREAM_ALERT: urlsOf(services) });
  for (let i = 0; i < 100; i += 1) expect((await read(gateway)).status).toBe(502);
  const attempts = seenBy(services).reduce((sum, seen) => sum + seen);
  // Ten at first, and one for every five requests.
  expect(attempts).toBe(100 + 10 + 20);
  expect(await metric(gateway, 'soc_gateway_retries_total', { because: 'broken' })).toBe(30);
  expect(await metric(gateway, 'soc_gateway_retries_refused_total', { upstream: 'alert' })).toBe(70);
});

test('what nobody takes is sent elsewhere without a budget, also when two of three are gone', async () => {
  const services = await start(3);
  const gateway = await startTestGateway({
    ...NO_BREAKER,
    ...NO_EJECTION,
    UPSTREAM_ALERT: urlsOf(services),
    UPSTREAM_PROBE_EVERY_MS: '60000',
    UPSTREAM_RETRY_BUDGET_PERCENT: '0',
  });
  await Promise.all(services.slice(0, 2).map(({ close }) => close()));
  const post = {
    method: 'POST',
    path: '/api/v1/alerts',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  };
  for (let i = 0; i < 15; i += 1) expect((await gateway.send(post)).status).toBe(200);
  expect(await metric(gateway, 'soc_gateway_retries_total', { because: 'unreachable' })).toBeGreaterThan(15);
});

test('a streamed body that one instance refuses reaches another whole', async () => {
  const [gone, storage] = [await startFakeService(), await startFakeService()];
  storage.answer((incoming, response) => {
    void incoming
      .toArray()
      .then((chunks) => json(response, 201, { sizeBytes: Buffer.concat(chunks as Buffer[]).length }));
  });
  await gone.close();
  const gateway = await startTestGateway({
    UPSTREAM_STORAGE: `${gone.url},${storage.url}`,
    UPSTREAM_PROBE_EVERY_MS: '60000',
  });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}`, 'content-type': 'application/octet-stream' };
  for (let i = 0; i < 4; i += 1) {
    const blocks = Array.from({ length: 8 }, () => Buffer.alloc(256 * 1024));
    const url = `${gateway.url}/api/v1/storage/objects`;
    const { statusCode, body } = await request(url, { method: 'POST', headers, body: Readable.from(blocks) });
    expect([statusCode, await body.json()]).toEqual([201, { sizeBytes: 2 * 1024 * 1024 }]);
  }
});

test.each(['least_outstanding', 'peak_ewma'])(
  '%s sends little to an instance that answers slowly',
  async (balancing) => {
    const services = await start(3);
    services[0]?.answer((_, response) => setTimeout(() => json(response, 200, {}), 500));
    const gateway = await startTestGateway({
      UPSTREAM_ALERT: urlsOf(services),
      UPSTREAM_BALANCING_BY_SERVICE: `alert=${balancing}`,
    });
    let sent = 0;
    const lane = async (): Promise<void> => {
      while (sent < 300) {
        sent += 1;
        expect((await read(gateway)).status).toBe(200);
      }
    };
    await Promise.all(Array.from({ length: 6 }, lane));
    const [slow = 0, ...quick] = seenBy(services);
    expect(slow).toBeLessThan(Math.min(...quick) / 2);
  },
);
