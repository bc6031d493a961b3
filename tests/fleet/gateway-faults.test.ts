import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import {
  type NameServer,
  startNameServer,
  startTestService,
  takeFreePorts,
  type TestService,
  waitFor,
} from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import type { Env } from '@soc/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { type GatewayLoad, startGatewayLoad } from '../support/gateway-load.ts';
import { tell } from '../support/tell.ts';
import { createUpstream, type Upstream } from '../support/upstream.ts';

const LOAD = { readsPerS: 400, writesPerS: 100 };

/** The environment of instances is that of the gateway, but for what is said of each. */
async function startGateway(env: Env): Promise<TestService> {
  // Who sends the load shares a process with the gateway: how late the event loop is says little of either.
  const gateway = await startTestService(gatewayService, { env: { SHED_EVENT_LOOP_DELAY_MS: '60000', ...env } });
  onTestFinished(() => gateway.close());
  return gateway;
}

function upstreamsAt(gateway: TestService, places: readonly { readonly host: string; readonly port: number }[]) {
  // What takes requests for so long after SIGTERM is passed over by then.
  const env = { ...gateway.env, SHUTDOWN_GRACE_MS: '1500' };
  const upstreams = places.map((place) => createUpstream(env, place));
  onTestFinished(async () => {
    await Promise.all(upstreams.map(({ kill }) => kill()));
  });
  return upstreams;
}

const startAll = (upstreams: readonly Upstream[]) => Promise.all(upstreams.map(({ start }) => start()));

/** Waits until the gateway sends all of them their part. */
const untilServing = (gateway: TestService, count: number) =>
  waitFor(
    async () => {
      const { body } = await gateway.call(GetServicesHealth);
      const instances = body.services.find(({ service }) => service === 'alert')?.instances ?? [];
      return instances.filter(({ healthy, share }) => healthy && share === 1).length === count;
    },
    { deadlineMs: 30_000 },
  );

/** Waits until so many more requests have been answered, by one instance or by any. */
async function untilAnswered(load: GatewayLoad, count: number, by?: Upstream): Promise<void> {
  const answered = () => load.sent.filter(({ pid }) => pid !== 0 && (by === undefined || pid === by.pid())).length;
  const before = answered();
  await waitFor(() => answered() >= before + count, { deadlineMs: 60_000 });
}

test('kill -9 of one of three instances under 500 requests a second fails no read, and no write sent after it', async () => {
  const [port] = await takeFreePorts(3);
  const places = [0, 1, 2].map((index) => ({ host: '127.0.0.1', port: port + index }));
  const gateway = await startGateway({
    UPSTREAM_ALERT: places.map((place) => `http://127.0.0.1:${place.port}`).join(),
    UPSTREAM_SLOW_RETURN_MS: '1000',
  });
  const upstreams = upstreamsAt(gateway, places);
  const [victim] = upstreams;
  if (!victim) throw new Error('there are three');
  await startAll(upstreams);
  await untilServing(gateway, 3);
  const load = startGatewayLoad({ url: gateway.url, token: gateway.tokens.admin, ...LOAD });
  await untilAnswered(load, 200, victim);
  const killedPid = victim.pid();
  const killedAtMs = performance.now();
  await victim.kill();
  const goneAtMs = performance.now();
  await untilAnswered(load, 1_500);
  await victim.start();
  await untilAnswered(load, 10, victim);
  const sent = await load.stop();

  const failed = sent.filter(({ status }) => status !== 200);
  expect(failed.filter(({ method }) => method === 'GET')).toEqual([]);
  const failedWrites = failed.filter(({ sentAtMs }) => sentAtMs > goneAtMs);
  const writesAfter = sent.filter(({ method, sentAtMs }) => method === 'POST' && sentAtMs > goneAtMs).length;
  expect(failedWrites.length).toBeLessThanOrEqual(writesAfter / 1000);
  // All others were in flight when it died.
  expect(failed.filter(({ endedAtMs }) => endedAtMs < killedAtMs)).toEqual([]);
  expect(victim.pid()).not.toBe(killedPid);
  tell(`${sent.length} requests, ${failed.length} failed`);
});

test('one of three that freezes under load fails no read: what waits for it is asked of another', async () => {
  const [port] = await takeFreePorts(3);
  const places = [0, 1, 2].map((index) => ({ host: '127.0.0.1', port: port + index }));
  const gateway = await startGateway({
    UPSTREAM_ALERT: places.map((place) => `http://127.0.0.1:${place.port}`).join(),
    UPSTREAM_SLOW_RETURN_MS: '1000',
    UPSTREAM_PROBE_EVERY_MS: '500',
  });
  const upstreams = upstreamsAt(gateway, places);
  await startAll(upstreams);
  await untilServing(gateway, 3);
  const load = startGatewayLoad({ url: gateway.url, token: gateway.tokens.admin, readsPerS: 30, writesPerS: 0 });
  await pause(1_000);
  upstreams[0]?.freeze();
  await untilServing(gateway, 2);
  await pause(1_000);
  const sent = await load.stop();

  expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
  const slowestMs = Math.max(...sent.map(({ sentAtMs, endedAtMs }) => endedAtMs - sentAtMs));
  expect(slowestMs).toBeLessThan(25_000);
  tell(`${sent.length} requests, the slowest took ${Math.round(slowestMs)} ms`);
});

const NAME = 'alert-service';
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

async function startNamed(): Promise<{ readonly names: NameServer; readonly port: number }> {
  const names = await startNameServer();
  onTestFinished(names.close);
  const [port] = await takeFreePorts(1);
  names.set(NAME, ADDRESSES.slice(0, 1));
  return { names, port };
}

test('scaling from one instance to three and back by DNS loses nothing', async () => {
  const { names, port } = await startNamed();
  const gateway = await startGateway({
    UPSTREAM_ALERT: `dns://${NAME}:${port}`,
    UPSTREAM_DNS_SERVERS: names.address,
    UPSTREAM_RESOLVE_EVERY_MS: '500',
    UPSTREAM_PROBE_EVERY_MS: '500',
    UPSTREAM_SLOW_RETURN_MS: '1000',
  });
  const [first, ...more] = upstreamsAt(
    gateway,
    ADDRESSES.map((host) => ({ host, port })),
  );
  await first?.start();
  const load = startGatewayLoad({ url: gateway.url, token: gateway.tokens.admin, ...LOAD });
  await untilAnswered(load, 300);
  const startedAt = performance.now();
  // A name may be there before who listens at its address.
  names.set(NAME, ADDRESSES);
  await startAll(more);
  const pids = () => new Set(load.sent.slice(-30).map(({ pid }) => pid));
  await waitFor(() => pids().size === 3, { deadlineMs: 60_000 });
  const scaledUpAt = performance.now();
  for (const upstream of more) await untilAnswered(load, 100, upstream);
  // An orchestrator stops a container first and takes its address out of the name when it is gone.
  await Promise.all(more.map(({ stop }) => stop()));
  names.set(NAME, ADDRESSES.slice(0, 1));
  await waitFor(() => pids().size === 1, { deadlineMs: 60_000 });
  await untilAnswered(load, 300);
  const sent = await load.stop();

  expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
  tell(`${sent.length} requests, three instances after ${Math.round(scaledUpAt - startedAt)} ms`);
});
