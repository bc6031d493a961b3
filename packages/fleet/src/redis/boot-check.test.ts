import { createRedisConnector, inspectServers } from '@soc/messaging/redis';
import { bootService, ConfigError, createLog, defineEdgeService } from '@soc/service-kit';
import { expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { takeFreePorts } from '../testing/free-ports.ts';
import { startClusterTopology } from '../testing/redis/cluster-topology.ts';
import { prepareRedisNode } from '../testing/redis/redis-node.ts';
import { startSentinelTopology } from '../testing/redis/sentinel-topology.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';

const LONG = { timeout: 120_000 };
const service = defineEdgeService({ name: 'gateway', config: z.object({}), create: () => ({ routes: [] }) });

async function startRedisWith(...lines: readonly string[]) {
  const directory = await makeTemporaryDirectory('boot-check');
  const [port] = await takeFreePorts(1);
  const node = await prepareRedisNode({ directory: directory.path, port, lines: [`port ${port}`, ...lines] });
  await node.start();
  onTestFinished(async () => {
    await node.stop();
    await directory[Symbol.asyncDispose]();
  });
  return { node, url: `redis://127.0.0.1:${port}` };
}

/** Boots a service on that Redis; resolves with it and what it has warned of. */
async function boot(redisUrl: string, env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const running = await bootService(service, {
    env: {
      PORT: '0',
      REDIS_URL: redisUrl,
      AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks',
      GATEWAY_JWKS_URL: 'http://127.0.0.1:9/jwks',
      BUS_KEY_RING_FILE: inject('busKeyRingFile'),
      ...env,
    },
    log: createLog({ level: 'warn', service: 'gateway', instance: 'test' }, destination),
  });
  onTestFinished(() => running.close());
  const health = await running.app.inject({ url: '/health' });
  return { warned: lines.join(''), health: health.json<{ checks: Record<string, unknown> }>().checks['redis'] };
}

test('a service does not start on a Redis that may throw events away, unless told to', async () => {
  const { url, node } = await startRedisWith('maxmemory-policy allkeys-lru', 'appendonly yes');
  const refused = boot(url);
  await expect(refused).rejects.toThrow(ConfigError);
  await expect(refused).rejects.toThrow(/REDIS_URL: .*maxmemory-policy is allkeys-lru/);
  const { warned } = await boot(url, { REDIS_ALLOW_EVICTION: 'true' });
  expect(warned).toContain('allkeys-lru');

  await node.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  const { warned: nothing, health } = await boot(url);
  expect(nothing).toBe('');
  expect(health).toMatchObject({
    status: 'ok',
    facts: { role: 'master', connectedReplicas: 0, maxMemoryBytes: 0, persistence: 'append_only_file' },
  });
});

test('a Redis that keeps nothing is warned of, and one that is away keeps nobody from starting', async () => {
  const { url, node } = await startRedisWith('appendonly no', 'save ""');
  expect((await boot(url)).warned).toContain('keeps nothing on disk');
  expect((await boot(url, { REDIS_ALLOW_NO_PERSISTENCE: 'true' })).warned).toBe('');
  await node.stop();
  const { warned, health } = await boot(url);
  expect(warned).toContain('redis not inspected');
  expect(health).toMatchObject({ status: 'degraded' });
});

test('health tells of a policy that was changed later, and of memory that is nearly full', async () => {
  const { url, node } = await startRedisWith('appendonly yes');
  await node.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
  expect((await boot(url, { REDIS_ALLOW_EVICTION: 'true' })).health).toMatchObject({ status: 'ok' });
  await node.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await node.command('CONFIG', 'SET', 'maxmemory', 1_000_000);
  expect((await boot(url)).health).toMatchObject({ status: 'degraded', error: expect.stringMatching('nearly full') });
});

test.each([
  ['a replica behind Sentinels', () => startSentinelTopology(), 2],
  ['a node of a cluster', () => startClusterTopology(), 6],
])('%s is inspected like the others', LONG, async (_, start, servers) => {
  const topology = await start();
  onTestFinished(() => topology[Symbol.asyncDispose]());
  const last = topology.nodes.at(-1);
  await last?.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
  const connector = createRedisConnector({ url: topology.url, onError: () => undefined });
  const redis = connector.command();
  onTestFinished(() => redis.disconnect());
  const facts = await inspectServers(connector, redis);
  expect(facts).toHaveLength(servers);
  expect(facts.filter(({ maxMemoryPolicy }) => maxMemoryPolicy === 'allkeys-random')).toHaveLength(1);
  await expect(boot(topology.url)).rejects.toThrow('allkeys-random');
});
