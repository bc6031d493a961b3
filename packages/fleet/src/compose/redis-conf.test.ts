import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { createRedisConnector, redisCertificates } from '@soc/messaging/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { findRedisServer } from '../redis/find-redis-server.ts';
import { checkoutDirectory } from '../services.ts';
import { spawnGuarded } from '../supervisor/guarded-process.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { Switches } from '../switches.ts';
import { takeFreePorts } from '../testing/free-ports.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { waitFor } from '../testing/wait-for.ts';
import { initCompose } from './init-compose.ts';

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let mounted: string;
let port: number;
let server: ReturnType<typeof spawnGuarded>;

/** The configuration of the compose file on a real server, its paths and port those of this machine. */
beforeAll(async () => {
  directory = await makeTemporaryDirectory('compose-redis');
  const switches = Switches.parse({});
  const setUp = await initCompose({ directory: directory.path, profile: 'core', switches, admin: {} });
  mounted = join(setUp.dataDirectory, 'mounted');
  [port] = await takeFreePorts(1);
  const data = join(directory.path, 'data');
  await mkdir(data);
  const text = await readFile(join(checkoutDirectory(), 'infra/redis/redis.conf'), 'utf8');
  const conf = text
    .replaceAll('/run/secrets', mounted)
    .replace('bind 0.0.0.0', 'bind 127.0.0.1')
    .replace('tls-port 6379', `tls-port ${port}`)
    .replace('dir /data', `dir ${data}`);
  const file = join(directory.path, 'redis.conf');
  await writeFile(file, conf);
  server = spawnGuarded({
    command: (await findRedisServer(thisHost().env['PATH'] ?? '')) ?? 'redis-server',
    args: [file],
    stopSignal: 'TERM',
    cwd: data,
    logFd: openLogFile(join(directory.path, 'redis.log')).fd,
    env: { LC_ALL: 'C' },
  });
  await waitFor(async () => (await ask('soc_health', 'none', 'PING')) === 'PONG', { deadlineMs: 30_000 });
});
afterAll(async () => {
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  await gone;
  await directory[Symbol.asyncDispose]();
});

/** What the server answers to one command of a user, or how it refuses. */
async function ask(user: string, password: string, ...[name = '', ...args]: readonly string[]): Promise<unknown> {
  const ca = await readFile(join(mounted, 'authority.pem'), 'utf8');
  const url = `rediss://${user}:${password}@127.0.0.1:${port}`;
  const redis = createRedisConnector({ url, access: { ca }, onError: () => undefined }).command();
  try {
    return await redis.call(name, ...args);
  } catch (error) {
    return error instanceof Error ? error.message.split(' ')[0] : error;
  } finally {
    redis.disconnect();
  }
}

test('a service gets in by TLS with what its file of secrets says, and keeps what it writes on disk', async () => {
  const env = parseEnv(await readFile(join(mounted, 'alert.env'), 'utf8'));
  const { username, password } = new URL(env['REDIS_URL'] ?? '');
  expect(username).toBe('soc_alert');
  expect(await ask(username, password, 'PING')).toBe('PONG');
  expect(await ask(username, password, 'INFO', 'persistence')).toContain('aof_enabled:1');
  expect(await ask(username, password, 'FLUSHALL')).toBe('NOPERM');
});

test('the health check may do nothing but ping, the exporter sees figures and no key', async () => {
  expect(await ask('soc_health', 'none', 'INFO')).toBe('NOPERM');
  expect(await ask('soc_health', 'none', 'GET', 'soc:rate:x')).toBe('NOPERM');
  const passwords = JSON.parse(await readFile(join(mounted, 'redis-exporter.json'), 'utf8')) as Record<string, string>; // as written
  const [password = ''] = Object.values(passwords);
  expect(await ask('soc_exporter', password, 'INFO', 'server')).toContain('redis_version');
  expect(await ask('soc_exporter', password, 'GET', 'soc:rate:x')).toBe('NOPERM');
  expect(await ask('soc_exporter', password, 'KEYS', '*')).toBe('NOPERM');
});

test('a service knows when the certificate of Redis ends', async () => {
  const ca = await readFile(join(mounted, 'authority.pem'), 'utf8');
  const env = parseEnv(await readFile(join(mounted, 'storage.env'), 'utf8'));
  const url = (env['REDIS_URL'] ?? '').replace('redis:6379', `127.0.0.1:${port}`);
  const redis = createRedisConnector({ url, access: { ca }, onError: () => undefined }).command();
  try {
    await redis.ping();
    const shown = new X509Certificate(await readFile(join(mounted, 'redis-certificate.pem')));
    expect(redisCertificates(redis)).toEqual([{ node: `127.0.0.1:${port}`, endsAt: shown.validToDate }]);
  } finally {
    redis.disconnect();
  }
});
