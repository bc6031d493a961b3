import { spawn } from 'node:child_process';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { findProgram, findRedisServer } from './find-redis-server.ts';

const BY_HAND = 'install it by hand, put redis-server on the PATH, or set REDIS_URL to a Redis of yours.';

/**
 * Installs Redis with the machine's package manager, where that is apt-get and we are root or may become it without a
 * password. `onOutput` gets the lines of the installation. Returns the path of the server.
 */
export async function installRedisServer(host: Host, onOutput: (text: string) => void): Promise<string> {
  const searchPath = `${host.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const env = { ...host.env, PATH: searchPath };
  const aptGet = await findProgram('apt-get', searchPath);
  if (aptGet === undefined) throw new OperatorError(`There is no redis-server, and no apt-get; ${BY_HAND}`);
  const asRoot = host.uid === 0 ? [] : ['sudo', '-n'];
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  const aptGetDo = (...args: readonly string[]) =>
    runToEnd([...asRoot, ...environment, aptGet, ...args], env, onOutput);

  if (asRoot.length > 0 && !(await runToEnd(['sudo', '-n', 'true'], env, onOutput))) {
    throw new OperatorError(`There is no redis-server, and sudo asks for a password; ${BY_HAND}`);
  }
  await aptGetDo('update', '-q'); // a stale list is no reason to give up: the installation tells
  const isInstalled = await aptGetDo('install', '-q', '-y', '--no-install-recommends', 'redis-server');
  const path = isInstalled ? await findRedisServer(searchPath) : undefined;
  if (path === undefined) throw new OperatorError(`apt-get could not install redis-server; ${BY_HAND}`);
  return path;
}

/** Whether the command ended well. */
async function runToEnd(
  command: readonly string[],
  env: Host['env'],
  onOutput: (text: string) => void,
): Promise<boolean> {
  const [program = '', ...args] = command;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env } });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
  child.once('error', () => resolve(false));
  child.once('close', (code) => resolve(code === 0));
  return promise;
}
