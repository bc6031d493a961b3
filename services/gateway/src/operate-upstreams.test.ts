import { auditEvents } from '@soc/contracts';
import { SetInstanceBreaker, SetInstanceDraining, SetServiceBreaker } from '@soc/contracts/gateway/operations';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { type FakeService, startFakeService } from './upstream.fixture.ts';

const START = { UPSTREAM_SLOW_RETURN_MS: '0' };
const FIRST = { service: 'alert', instance: 'alert-0' };

const read = (gateway: TestGateway) => gateway.send({ path: '/api/v1/alerts' });
const startTwo = async () => [await startFakeService(), await startFakeService()] as const;
const urlsOf = (services: readonly FakeService[]) => services.map(({ url }) => url).join();

/** How many of ten requests each gets. */
async function shareOfTen(gateway: TestGateway, services: readonly FakeService[]): Promise<readonly number[]> {
  const before = services.map(({ seen }) => seen.length);
  for (let i = 0; i < 10; i += 1) await read(gateway);
  return services.map(({ seen }, index) => seen.length - (before[index] ?? 0));
}

const alertHealth = async (gateway: TestGateway) =>
  (await gateway.call(GetServicesHealth)).body.services.find(({ service }) => service === 'alert');

test('an instance that drains finishes what it has and gets nothing new, until it is let back', async () => {
  const services = await startTwo();
  const gateway = await startTestGateway({ ...START, UPSTREAM_ALERT: urlsOf(services) });
  const finish = Promise.withResolvers<void>();
  services[0].answer((_, response) => void finish.promise.then(() => response.end('finished')));
  const underWay = read(gateway);
  await waitFor(() => services[0].seen.length === 1);

  const order = { params: FIRST, body: { draining: true, reason: 'maintenance' } };
  const drained = await gateway.call(SetInstanceDraining, order);
  expect([drained.status, drained.body]).toEqual([200, { instance: 'alert-0', draining: true, breakerOrder: 'auto' }]);
  expect(await shareOfTen(gateway, services)).toEqual([0, 10]);
  expect((await alertHealth(gateway))?.instances[0]).toMatchObject({ draining: true, outstanding: 1 });
  finish.resolve();
  expect(await underWay).toMatchObject({ status: 200, text: 'finished' });

  await gateway.call(SetInstanceDraining, { params: FIRST, body: { draining: false } });
  expect(await shareOfTen(gateway, services)).toEqual([5, 5]);
});

test('what an operator orders is in the audit trail, with who did it and why', async () => {
  const services = await startTwo();
  const gateway = await startTestGateway({ ...START, UPSTREAM_ALERT: urlsOf(services) });
  await gateway.call(SetInstanceDraining, { params: FIRST, body: { draining: true, reason: 'a new disk' } });
  await gateway.call(SetInstanceBreaker, { params: FIRST, body: { order: 'closed' } });
  await gateway.call(SetServiceBreaker, { params: { service: 'alert' }, body: { order: 'open' } });
  const spec = auditEvents.get('gateway');
  if (!spec) throw new Error('every service has one');
  const records = (await gateway.published(spec, { count: 3 })).map(({ data }) => data);
  const actor = { kind: 'user', id: gateway.principals.admin.subject };
  expect(records).toMatchObject([
    { action: 'instance.drain', actor, target: { type: 'instance', id: 'alert-0' }, details: { reason: 'a new disk' } },
    { action: 'breaker.order', actor, target: { type: 'instance', id: 'alert-0' }, details: { order: 'closed' } },
    { action: 'breaker.order', actor, target: { type: 'service', id: 'alert' }, details: { order: 'open' } },
  ]);
});

test('the last instance that serves cannot be drained, and one that is not there neither', async () => {
  const services = await startTwo();
  const gateway = await startTestGateway({ ...START, UPSTREAM_ALERT: urlsOf(services) });
  const drain = async (instance: string) => {
    const params = { service: 'alert', instance };
    const { status, problem } = await gateway.call(SetInstanceDraining, { params, body: { draining: true } });
    return [status, problem?.code];
  };
  expect(await drain('alert-1')).toEqual([200, undefined]);
  expect(await drain('alert-0')).toEqual([409, 'gateway.last_instance']);
  expect(await drain('alert-7')).toEqual([404, 'gateway.no_such_instance']);
});

test('a breaker that is forced open lets nothing through, forced closed everything, and then goes on by itself', async () => {
  const services = await startTwo();
  const gateway = await startTestGateway({
    ...START,
    UPSTREAM_ALERT: urlsOf(services),
    UPSTREAM_EJECT_CONSECUTIVE: '1000',
    UPSTREAM_EJECT_VOLUME: '1000',
    BREAKER_SERVICE_VOLUME: '1000',
    BREAKER_RESET_MS: '60000',
  });
  const force = async (order: 'open' | 'closed' | 'auto') => {
    const { status, body } = await gateway.call(SetInstanceBreaker, { params: FIRST, body: { order } });
    expect([status, body.breakerOrder]).toEqual([200, order]);
  };
  await force('open');
  expect(await shareOfTen(gateway, services)).toEqual([0, 10]);
  expect((await alertHealth(gateway))?.instances[0]).toMatchObject({ breaker: 'open', breakerOrder: 'open' });

  await force('closed');
  for (const service of services) service.answer((_, response) => response.writeHead(500).end());
  for (let round = 0; round < 4; round += 1) await shareOfTen(gateway, services);
  const standing = (await alertHealth(gateway))?.instances.map(({ breaker }) => breaker);
  expect(standing).toEqual(['closed', 'open']);

  await force('auto');
  for (let round = 0; round < 2; round += 1) await shareOfTen(gateway, services);
  expect((await alertHealth(gateway))?.instances[0]).toMatchObject({ breaker: 'open', breakerOrder: 'auto' });
  const unknown = { params: { service: 'alert', instance: 'alert-9' }, body: { order: 'open' } };
  expect((await gateway.call(SetInstanceBreaker, unknown)).problem?.code).toBe('gateway.no_such_instance');
});

test('the breaker of a service that is forced open keeps every request from it', async () => {
  const services = await startTwo();
  const gateway = await startTestGateway({ ...START, UPSTREAM_ALERT: urlsOf(services) });
  const force = (order: string) => gateway.call(SetServiceBreaker, { params: { service: 'alert' }, body: { order } });
  expect((await force('open')).body).toEqual({ service: 'alert', breakerOrder: 'open' });
  expect((await read(gateway)).body['code']).toBe('gateway.unavailable');
  expect(await alertHealth(gateway)).toMatchObject({ breaker: 'open', breakerOrder: 'open' });
  expect((await force('auto')).status).toBe(200);
  expect((await read(gateway)).status).toBe(200);
});

test('what is ordered at one gateway holds at the others, and at one that starts later', async () => {
  const services = await startTwo();
  const env = { ...START, UPSTREAM_ALERT: urlsOf(services) };
  const one = await startTestGateway(env);
  const other = await startTestGateway({ ...env, REDIS_PREFIX: one.env['REDIS_PREFIX'] });
  await one.call(SetInstanceDraining, { params: FIRST, body: { draining: true } });
  await waitFor(async () => (await shareOfTen(other, services))[0] === 0);
  const third = await startTestGateway({ ...env, REDIS_PREFIX: one.env['REDIS_PREFIX'] });
  await waitFor(async () => (await shareOfTen(third, services))[0] === 0);
  await third.call(SetInstanceDraining, { params: FIRST, body: { draining: false } });
  const back = await waitFor(async () => {
    const share = await shareOfTen(one, services);
    return share[0] === 5 && share;
  });
  expect(back).toEqual([5, 5]);
});

test('an order that not all gateways can hear of is refused and changes nothing', async () => {
  const services = await startTwo();
  const redis = 'redis://127.0.0.1:9';
  const gateway = await startTestGateway({ ...START, UPSTREAM_ALERT: urlsOf(services), REDIS_URL: redis });
  const answers = [
    await gateway.call(SetInstanceDraining, { params: FIRST, body: { draining: true } }),
    await gateway.call(SetInstanceBreaker, { params: FIRST, body: { order: 'open' } }),
    await gateway.call(SetServiceBreaker, { params: { service: 'alert' }, body: { order: 'open' } }),
  ];
  for (const { status, problem } of answers) {
    expect([status, problem?.code]).toEqual([503, 'gateway.orders_unavailable']);
  }
  expect(await shareOfTen(gateway, services)).toEqual([5, 5]);
});

test('another tenant’s administrator gives no orders about what serves all tenants', async () => {
  const services = await startTwo();
  const gateway = await startTestGateway({ ...START, UPSTREAM_ALERT: urlsOf(services) });
  const by = { token: gateway.tokens.otherTenantAdmin };
  const order = { order: 'open' } as const;
  const answers = [
    await gateway.call(SetInstanceDraining, { ...by, params: FIRST, body: { draining: true } }),
    await gateway.call(SetInstanceBreaker, { ...by, params: FIRST, body: order }),
    await gateway.call(SetServiceBreaker, { ...by, params: { service: 'alert' }, body: order }),
  ];
  expect(answers.map(({ problem }) => problem?.code)).toEqual(Array(3).fill('gateway.not_operator'));
  expect(await shareOfTen(gateway, services)).toEqual([5, 5]);
});
