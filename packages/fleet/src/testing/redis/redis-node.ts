import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Redis } from 'ioredis';
import { thisHost } from '../../cli/host.ts';
import { findRedisServer } from '../../redis/find-redis-server.ts';
import { spawnGuarded } from '../../supervisor/guarded-process.ts';
import { openLogFile } from '../../supervisor/log-file.ts';
import type { IssuedCertificate } from '../../tls/certificate-authority.ts';
import { waitFor } from '../wait-for.ts';

/** One `redis-server` of a test, which may be killed and started again over the same data. */
export interface RedisNode {
  readonly port: number;
  /** Resolves when it answers. */
  readonly start: () => Promise<void>;
  /** `kill -9`; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Stops it politely; resolves when it is gone. Harmless when it does not run. */
  readonly stop: () => Promise<void>;
  /** Holds its process still, as a machine that hangs does; its connections stay open. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Runs one command on it, as its administrator. Throws what the server answers. */
  readonly command: (name: string, ...args: readonly (string | number)[]) => Promise<unknown>;
}

export interface RedisNodeOptions {
  /** The node makes a folder in it. */
  readonly directory: string;
  readonly port: number;
  /** Lines of its configuration. */
  readonly lines: readonly string[];
  readonly isSentinel?: boolean;
  readonly password?: string | undefined;
  /** PEM of the authority of its certificate, where it speaks TLS. */
  readonly ca?: string | undefined;
  /** Of the administrator, where the node asks for one. */
  readonly clientCertificate?: IssuedCertificate;
}

const READY_WITHIN_MS = 30_000;

async function runOnce(
  { port, password, ca, clientCertificate }: RedisNodeOptions,
  name: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    commandTimeout: 5_000,
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { tls: { ca, cert: clientCertificate?.certificate, key: clientCertificate?.key } }),
  });
  client.on('error', () => undefined); // the command rejects with the same
  try {
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

/** Prepares a node; it does not run before `start`. */
export async function prepareRedisNode(options: RedisNodeOptions): Promise<RedisNode> {
  const program = await findRedisServer(thisHost().env['PATH'] ?? '');
  if (program === undefined) throw new Error('redis-server is not on the PATH');
  const directory = join(options.directory, String(options.port));
  await mkdir(directory, { recursive: true });
  const configFile = join(directory, 'redis.conf');
  await writeFile(configFile, ['bind 127.0.0.1', `dir ${directory}`, 'daemonize no', ...options.lines, ''].join('\n'));
  const log = openLogFile(join(directory, 'redis.log'));
  let guard: ChildProcess | undefined;
  let serverPid: number | undefined;

  const command: RedisNode['command'] = (name, ...args) => runOnce(options, name, args);
  const signalServer = (signal: NodeJS.Signals): void => {
    if (guard && serverPid !== undefined) process.kill(serverPid, signal);
  };
  const end = async (signal: 'SIGUSR1' | 'SIGTERM'): Promise<void> => {
    const ending = guard;
    if (!ending) return;
    signalServer('SIGCONT'); // one that is frozen could not stop politely
    const gone = ending.exitCode === null ? once(ending, 'exit') : Promise.resolve();
    // Asked again and again: a Redis that writes its first AOF after a synchronisation refuses to stop.
    const asking = setInterval(() => ending.kill(signal), 500);
    ending.kill(signal);
    await gone;
    clearInterval(asking);
    guard = undefined;
  };
  return {
    port: options.port,
    command,
    start: async () => {
      guard = spawnGuarded({
        command: program,
        args: [configFile, ...(options.isSentinel === true ? ['--sentinel'] : [])],
        stopSignal: 'TERM',
        cwd: directory,
        logFd: log.fd,
        env: { LC_ALL: 'C' },
      });
      const info = await waitFor(() => command('INFO', 'server').then(String), { deadlineMs: READY_WITHIN_MS });
      await waitFor(async () => (await command('PING')) === 'PONG', { deadlineMs: READY_WITHIN_MS });
      serverPid = Number(/process_id:(\d+)/.exec(info)?.[1]);
    },
    kill: () => end('SIGUSR1'),
    stop: () => end('SIGTERM'),
    freeze: () => signalServer('SIGSTOP'),
    thaw: () => signalServer('SIGCONT'),
  };
}
