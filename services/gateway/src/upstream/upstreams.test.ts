import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startNameServer, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { type FakeService, json, startFakeService } from '../upstream.fixture.ts';
import { countUpstreamEvents } from './observe-upstreams.ts';
import { UpstreamConfig, upstreamSettings } from './upstream-config.ts';
import { createUpstreams, type Upstreams } from './upstreams.ts';

const settingsFor = (services: readonly FakeService[], changes: Readonly<Record<string, string>> = {}) =>
  upstreamSettings(
    UpstreamConfig.parse({
      UPSTREAM_ALERT: services.map(({ url }) => url).join(),
      UPSTREAM_SLOW_RETURN_MS: '0',
      ...changes,
    }),
  );

/** A server that does nothing but hand its requests on. */
async function startDoor(upstreams: Upstreams): Promise<string> {
  const server = createServer((incoming, answer) => {
    const atClose: (() => void)[] = [];
    answer.on('close', () => atClose.forEach((end) => end()));
    const passedOn = upstreams.deliver(
      'alert',
      {
        method: 'GET',
        path: incoming.url ?? '/',
        fields: [],
        body: { kind: 'none' },
        headersTimeoutMs: 10_000,
        bodyTimeoutMs: 10_000,
      },
      { raw: answer, atClose, asked: [], begin: (status) => void answer.writeHead(status) },
    );
    void passedOn.then(({ outcome }) => outcome.kind === 'answered' || answer.writeHead(503).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await upstreams.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const startSlow = () => startFakeService((_, response) => setTimeout(() => json(response, 200, {}), 20));

test('instances and balancing are replaced while requests are under way, and none is dropped', async () => {
  const services = [await startSlow(), await startSlow(), await startSlow()];
  const upstreams = createUpstreams(
    settingsFor(services.slice(0, 2)),
    countUpstreamEvents(createRegistry('gateway', 'x')),
  );
  const url = await startDoor(upstreams);
  const statuses: number[] = [];
  const lane = async (): Promise<void> => {
    while (statuses.length < 600) {
      const { statusCode, body } = await request(url);
      await body.dump();
      statuses.push(statusCode);
    }
  };
  const lanes = Array.from({ length: 16 }, lane);
  for (let round = 0; statuses.length < 600; round += 1) {
    const chosen = round % 2 === 0 ? services.slice(1) : services.slice(0, 2);
    const balancing = round % 3 === 0 ? 'least_outstanding' : 'round_robin';
    await upstreams.update(settingsFor(chosen, { UPSTREAM_BALANCING: balancing }));
    const answered = statuses.length;
    await waitFor(() => statuses.length >= Math.min(answered + 20, 600));
  }
  await Promise.all(lanes);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  for (const { seen } of services) expect(seen.length).toBeGreaterThan(5);
});

test('a change to a name that nobody answers for leaves the instances there are, until somebody does', async () => {
  const names = await startNameServer();
  onTestFinished(names.close);
  const [one, two] = [await startFakeService(), await startFakeService(undefined, { host: '127.0.0.2' })];
  const dns = { UPSTREAM_DNS_SERVERS: names.address };
  const upstreams = createUpstreams(settingsFor([one], dns), countUpstreamEvents(createRegistry('gateway', 'x')));
  onTestFinished(upstreams.close);
  await upstreams.update(settingsFor([], { ...dns, UPSTREAM_ALERT: `dns://alert-service:${new URL(two.url).port}` }));
  expect(upstreams.instancesOf('alert').map(({ url }) => url)).toEqual([one.url]);
  names.set('alert-service', ['127.0.0.2']);
  await upstreams.resolveAll();
  expect(upstreams.instancesOf('alert').map(({ url }) => url)).toEqual([two.url]);
});

test('other settings of breakers and ejection reach the instances that stay', async () => {
  const [one, two] = [await startFakeService(), await startFakeService((_, response) => json(response, 500, {}))];
  const upstreams = createUpstreams(settingsFor([one, two]), countUpstreamEvents(createRegistry('gateway', 'x')));
  const url = await startDoor(upstreams);
  await upstreams.update(settingsFor([one, two], { UPSTREAM_EJECT_CONSECUTIVE: '2', BREAKER_VOLUME: '2' }));
  for (let i = 0; i < 6; i += 1) await (await request(url)).body.dump();
  expect(two.seen).toHaveLength(2);
  const [, second] = upstreams.instancesOf('alert');
  expect([second?.isEjected, second?.breaker.state()]).toEqual([true, 'open']);
});

test('settings that cannot be followed change nothing', async () => {
  const [one, two] = [await startFakeService(), await startFakeService()];
  const upstreams = createUpstreams(settingsFor([one]), countUpstreamEvents(createRegistry('gateway', 'x')));
  onTestFinished(upstreams.close);
  const next = settingsFor([two]);
  const targets = { ...next.targets, storage: [{ kind: 'url', url: 'http://127.0.0.1:1/v1' } as const] };
  await expect(upstreams.update({ ...next, targets })).rejects.toThrow();
  await upstreams.resolveAll();
  expect(upstreams.instancesOf('alert').map(({ url }) => url)).toEqual([one.url]);
});

test('who stays keeps its connections and its standing, under the name of its new place', async () => {
  const [one, two] = [await startFakeService(), await startFakeService()];
  const upstreams = createUpstreams(settingsFor([one, two]), countUpstreamEvents(createRegistry('gateway', 'x')));
  onTestFinished(upstreams.close);
  const [, second] = upstreams.instancesOf('alert');
  second?.eject();
  await upstreams.update(settingsFor([two]));
  expect(upstreams.instancesOf('alert')).toEqual([second]);
  expect(second).toMatchObject({ name: 'alert-0', isEjected: true });
});
