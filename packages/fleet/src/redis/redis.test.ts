import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import type { ProcessEvent } from '../supervisor/process-spec.ts';
import { testPasswords } from '../testing/provided.ts';
import { takeFreePorts } from '../testing/free-ports.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { waitFor } from '../testing/wait-for.ts';
import { findRedisServer } from './find-redis-server.ts';
import { isRedisReady, startRedis } from './start-redis.ts';

const host = thisHost();

async function makeOptions(onEvent: (event: ProcessEvent) => void) {
  const directory = await makeTemporaryDirectory('redis');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const [port] = await takeFreePorts(1);
  return {
    program: (await findRedisServer(host.env['PATH'] ?? '')) ?? 'redis-server is not on the PATH',
    directory: join(directory.path, 'redis'),
    host,
    port,
    password: 'secret',
    servicePasswords: testPasswords,
    prefix: 'soc',
    isDurable: true,
    log: openLogFile(join(directory.path, 'redis.log')),
    onEvent,
  };
}

test('what Redis accepted is there after a kill -9 and after a second start', async () => {
  const events: ProcessEvent[] = [];
  const options = await makeOptions((event) => void events.push(event));
  const { url, process: first } = await startRedis(options);
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  client.on('error', () => undefined);
  await client.set('kept', 'yes');
  const serverPid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);

  process.kill(serverPid, 'SIGKILL');
  await waitFor(() => events.some(({ kind }) => kind === 'recovered'));
  expect(await client.get('kept')).toBe('yes');
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);

  await first.stop();
  const { process: second } = await startRedis(options);
  onTestFinished(() => second.stop());
  expect(await client.get('kept')).toBe('yes');
  await expect(isRedisReady(url.replace('secret', 'guess'))).rejects.toThrow();
});

test('a machine without redis-server is told apart from one with it', async () => {
  expect(await findRedisServer('/nonexistent:')).toBeUndefined();
  expect(await findRedisServer(host.env['PATH'] ?? '')).toMatch(/redis-server$/);
});
