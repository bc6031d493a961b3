import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { startNameServer, takeFreePorts, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { startFakeService } from './upstream.fixture.ts';

const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const NAME = 'alert-service';

/** A gateway that finds three instances of alert, of which only the first is in the name server yet. */
async function startNamed() {
  const [port] = await takeFreePorts(1);
  const names = await startNameServer();
  onTestFinished(names.close);
  const services = await Promise.all(ADDRESSES.map((host) => startFakeService(undefined, { host, port })));
  names.set(NAME, [ADDRESSES[0]]);
  const gateway = await startTestGateway({
    UPSTREAM_ALERT: `dns://${NAME}:${port}`,
    UPSTREAM_DNS_SERVERS: names.address,
    UPSTREAM_RESOLVE_EVERY_MS: '50',
    UPSTREAM_SLOW_RETURN_MS: '0',
  });
  return { names, services, gateway };
}

const read = (gateway: TestGateway) => gateway.send({ path: '/api/v1/alerts' });

const instancesOf = async (gateway: TestGateway) => {
  const { body } = await gateway.call(GetServicesHealth);
  return body.services.find(({ service }) => service === 'alert')?.instances ?? [];
};
const until = (gateway: TestGateway, count: number) =>
  waitFor(async () => {
    const instances = await instancesOf(gateway);
    return instances.filter(({ healthy }) => healthy).length === count && instances;
  });

test('every address of a name is an instance: new ones join, gone ones leave, without a restart', async () => {
  const { names, services, gateway } = await startNamed();
  expect((await read(gateway)).status).toBe(200);
  expect(services.map(({ seen }) => seen.length)).toEqual([1, 0, 0]);

  names.set(NAME, ADDRESSES);
  await until(gateway, 3);
  for (let i = 0; i < 9; i += 1) await read(gateway);
  expect(services.map(({ seen }) => seen.length)).toEqual([4, 3, 3]);

  names.set(NAME, [ADDRESSES[2]]);
  await until(gateway, 1);
  for (let i = 0; i < 5; i += 1) await read(gateway);
  expect(services.map(({ seen }) => seen.length)).toEqual([4, 3, 8]);
});

test('an instance that leaves the name finishes what it has', async () => {
  const { names, services, gateway } = await startNamed();
  const finish = Promise.withResolvers<void>();
  services[0]?.answer((_, response) => void finish.promise.then(() => response.end('finished')));
  const underWay = read(gateway);
  await waitFor(() => services[0]?.seen.length === 1);
  names.set(NAME, [ADDRESSES[1]]);
  await waitFor(async () => (await instancesOf(gateway))[0]?.address?.includes(ADDRESSES[1]));
  finish.resolve();
  expect(await underWay).toMatchObject({ status: 200, text: 'finished' });
});

test('a name server that fails, says nothing or has no address changes nothing', async () => {
  const { names, services, gateway } = await startNamed();
  const failures = async () => {
    const { text } = await gateway.send({ path: '/metrics' });
    return Number(/soc_gateway_resolve_failures_total{[^}]*} (\d+)/.exec(text)?.[1] ?? 0);
  };
  const mishaps = [() => names.behave('fail'), () => names.set(NAME, []), () => names.behave('ignore')];
  for (const breakIt of mishaps) {
    const before = await failures();
    breakIt();
    await waitFor(async () => (await failures()) > before, { deadlineMs: 20_000 });
    names.behave('answer');
    expect((await read(gateway)).status).toBe(200);
  }
  expect(services[0]?.seen).toHaveLength(3);
});

test('who joins is sent nothing before it answers its probes', async () => {
  const { names, services, gateway } = await startNamed();
  services[1]?.setAlive(false);
  names.set(NAME, ADDRESSES.slice(0, 2));
  await waitFor(async () => (await instancesOf(gateway)).length === 2);
  for (let i = 0; i < 10; i += 1) await read(gateway);
  expect(services[1]?.seen).toEqual([]);
  services[1]?.setAlive(true);
  await until(gateway, 2);
  for (let i = 0; i < 10; i += 1) await read(gateway);
  expect(services[1]?.seen).toHaveLength(5);
});

test('an instance found by its address keeps its name wherever it stands among the others', async () => {
  const { names, gateway } = await startNamed();
  const [alone] = await until(gateway, 1);
  names.set(NAME, ADDRESSES.toReversed());
  const all = await until(gateway, 3);
  expect(alone?.name).toMatch(/^alert-[0-9a-f]{6}$/);
  expect(all.filter(({ name }) => name === alone?.name).map(({ address }) => address)).toEqual([alone?.address]);
  expect(new Set(all.map(({ name }) => name)).size).toBe(3);
});
