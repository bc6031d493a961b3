import { randomBytes } from 'node:crypto';
import { waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import { countUpstreamEvents } from './observe-upstreams.ts';
import { createOrders } from './orders.ts';
import { UpstreamConfig, upstreamSettings } from './upstream-config.ts';
import { createUpstreams } from './upstreams.ts';

const URLS = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];

/** What one gateway finds and obeys, at a time that the test tells. */
function startGateway(redis: Redis, prefix: string, nowMs: () => number) {
  const settingsFor = (urls: readonly string[]) =>
    upstreamSettings(UpstreamConfig.parse({ UPSTREAM_ALERT: urls.join() }));
  const upstreams = createUpstreams(settingsFor(URLS), countUpstreamEvents(createRegistry('gateway', 'x')));
  const orders = createOrders({ redis, prefix, upstreams, nowMs, log: pino({ level: 'silent' }) });
  void orders.follower.start();
  onTestFinished(async () => {
    await orders.follower.stop();
    await upstreams.close();
  });
  return { orders, upstreams, find: (urls: readonly string[]) => upstreams.update(settingsFor(urls)) };
}

test('an order lasts while one gateway finds the instance, and is forgotten when none has for a while', async () => {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const prefix = `test-orders-${randomBytes(6).toString('hex')}`;
  let atMs = 1_000_000;
  const [one, other] = [startGateway(redis, prefix, () => atMs), startGateway(redis, prefix, () => atMs)];
  const [instance] = one.upstreams.instancesOf('alert');
  if (!instance) throw new Error('no instance');
  await one.orders.drain(instance, true);
  await waitFor(() => other.upstreams.instancesOf('alert')[0]?.isDraining === true);
  /** Until the other one has followed once more, and some. */
  const follow = async (order: 'open' | 'auto') => {
    await one.orders.holdService('ai', order);
    await waitFor(() => other.upstreams.of('ai').breaker.order() === order);
  };
  const isKept = async () => (await redis.hlen(`${prefix}:gateway:orders`)) > 0;

  await other.find(URLS.slice(1));
  for (const order of ['open', 'auto', 'open', 'auto'] as const) await follow(order);
  expect([await isKept(), instance.isDraining]).toEqual([true, true]);

  await one.find(URLS.slice(1));
  await follow('open');
  await follow('auto');
  expect(await isKept()).toBe(true);
  atMs += 31_000;
  await waitFor(async () => !(await isKept()));
});
