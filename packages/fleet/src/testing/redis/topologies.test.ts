import { createRedisConnector, type RedisConnector } from '@soc/messaging/redis';
import { test, type TestContext } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { startClusterTopology } from './cluster-topology.ts';
import { startSentinelTopology } from './sentinel-topology.ts';

/** Side by side: most of it is waiting for failovers. */
const LONG = { timeout: 180_000, concurrent: true };

function connect(connector: RedisConnector, { onTestFinished }: TestContext) {
  const redis = connector.command();
  onTestFinished(() => redis.disconnect());
  return redis;
}

test(
  'commands go to the new master after Sentinels have failed over, and the old one comes back as a replica',
  LONG,
  async (context) => {
    const { expect, onTestFinished } = context;
    const topology = await startSentinelTopology();
    onTestFinished(() => topology[Symbol.asyncDispose]());
    const redis = connect(createRedisConnector({ url: topology.url, onError: () => undefined }), context);
    await redis.set('kept', 'yes');
    expect(await redis.wait(1, 5_000)).toBe(1);
    const old = await topology.master();
    await old.kill();
    const promoted = await topology.failedOverFrom(old);
    await waitFor(async () => (await redis.set('after', 'yes')) === 'OK', { deadlineMs: 30_000 });
    expect([await redis.get('kept'), await promoted.command('GET', 'after')]).toEqual(['yes', 'yes']);
    await old.start();
    await waitFor(async () => String(await old.command('INFO', 'replication')).includes('role:slave'), {
      deadlineMs: 30_000,
    });
  },
);

test(
  'a connection to a master that hangs is left as soon as the Sentinels have another',
  LONG,
  async ({ expect, onTestFinished }) => {
    const topology = await startSentinelTopology();
    onTestFinished(() => topology[Symbol.asyncDispose]());
    const connector = createRedisConnector({ url: topology.url, onError: () => undefined });
    const redis = connector.waiting();
    onTestFinished(() => redis.disconnect());
    await redis.set('kept', 'yes');
    const old = await topology.master();
    old.freeze();
    const startedAtMs = performance.now();
    const promoted = await topology.failedOverFrom(old);
    await redis.set('after', 'yes');
    // By itself it would give the silent connection up after 30 s.
    const reconnectedWithinMs = performance.now() - startedAtMs;
    expect(await promoted.command('GET', 'after')).toBe('yes');
    expect(reconnectedWithinMs).toBeLessThan(25_000);
  },
);

test('a cluster serves every slot, and a replica takes over from a master that was killed', LONG, async (context) => {
  const { expect, onTestFinished } = context;
  const topology = await startClusterTopology();
  onTestFinished(() => topology[Symbol.asyncDispose]());
  const redis = connect(createRedisConnector({ url: topology.url, onError: () => undefined }), context);
  const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
  await Promise.all(keys.map((key) => redis.set(key, key)));
  const owners = new Set(await Promise.all(keys.map((key) => topology.masterOf(key))));
  expect(owners.size).toBe(3);
  const old = await topology.masterOf('key-0');
  await old.kill();
  await topology.failedOverFrom(old, 'key-0');
  await waitFor(async () => (await redis.set('key-0', 'again')) === 'OK', { deadlineMs: 30_000 });
  expect(await redis.get('key-0')).toBe('again');
});

test.for([
  ['Sentinels', () => startSentinelTopology({ usesTls: true })],
  ['a cluster', () => startClusterTopology({ usesTls: true })],
] as const)(
  '%s and their servers are reached over TLS by those who trust their authority alone',
  LONG,
  async ([, start], context) => {
    const { expect, onTestFinished } = context;
    const topology = await start();
    onTestFinished(() => topology[Symbol.asyncDispose]());
    expect(topology.url).toMatch(/^rediss\+/);
    const { ca = '' } = topology;
    const trusting = connect(
      createRedisConnector({ url: topology.url, access: { ca }, onError: () => undefined }),
      context,
    );
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => trusting.set(key, 'sealed')));
    expect(await trusting.get('d')).toBe('sealed');
    const doubting = connect(createRedisConnector({ url: topology.url, onError: () => undefined }), context);
    await expect(doubting.set('a', 'open')).rejects.toThrow();
  },
);
