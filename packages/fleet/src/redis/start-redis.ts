import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { redisAclFile, redisUserOf } from '@soc/messaging/redis';
import { Redis } from 'ioredis';
import { writeOwned } from '../account/owned-file.ts';
import { prepareServerDirectory } from '../account/server-directory.ts';
import type { Host } from '../host.ts';
import { isWorkingIn, stopStrayProcess } from '../stray-process.ts';
import { spawnGuarded } from '../supervisor/guarded-process.ts';
import type { LogFile } from '../supervisor/log-file.ts';
import type { ProcessEvent, SupervisedProcess } from '../supervisor/process-spec.ts';
import { supervise } from '../supervisor/supervise.ts';

const PID_FILE = 'redis.pid';
const USERS_FILE = 'users.acl';
const ADMIN = 'soc_admin';

export interface RedisOptions {
  readonly program: string;
  readonly directory: string;
  readonly host: Host;
  readonly port: number;
  /** Of the administrator, `soc_admin`. */
  readonly password: string;
  /** Of the services; each has a user of its own, who may do what its contracts say. */
  readonly servicePasswords: Readonly<Record<ServiceName, string>>;
  /** Who may look at the server's figures, and at no key. */
  readonly monitor?: { readonly user: string; readonly password: string };
  /** Start of every key; may hold the wildcards of Redis. */
  readonly prefix: string;
  /** False only for tests: nothing is written to disk. */
  readonly isDurable: boolean;
  readonly log: LogFile;
  readonly onEvent: (event: ProcessEvent) => void;
}

/** How to reach Redis. */
export interface RedisUrls {
  /** As its administrator. */
  readonly url: string;
  /** As a service. */
  readonly urlOf: (service: ServiceName) => string;
}

export interface RedisServer extends RedisUrls {
  readonly process: SupervisedProcess;
}

/** Whether a Redis answers and has loaded its data. Throws when it cannot be reached. */
export async function isRedisReady(url: string): Promise<boolean> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    connectTimeout: 2_000,
  });
  client.on('error', () => undefined); // the connect and the ping reject with the same
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } finally {
    client.disconnect();
  }
}

/** Starts a Redis that writes all it accepts to disk within a second and never evicts what it holds. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const { program, port, password, servicePasswords, monitor, prefix, log, onEvent } = options;
  const { directory, account } = await prepareServerDirectory(options.directory, options.host.uid === 0);
  await stopStrayRedis(directory, options.host);
  const configFile = join(directory, 'redis.conf');
  await writeOwned(configFile, redisConf(options, directory), account);
  const users = redisAclFile({ prefix, passwords: servicePasswords, admin: { user: ADMIN, password }, monitor });
  await writeOwned(join(directory, USERS_FILE), users, account);
  const urlFor = (user: string, its: string): string => `redis://${user}:${its}@127.0.0.1:${port}`;
  const url = urlFor(ADMIN, password);
  const process = supervise(
    {
      name: 'redis',
      spawn: () =>
        spawnGuarded({
          command: program,
          args: [configFile],
          stopSignal: 'TERM',
          cwd: directory,
          logFd: log.fd,
          env: { HOME: directory, LC_ALL: 'C' },
          ...account,
        }),
      isReady: () => isRedisReady(url),
      readyWithinMs: 60_000,
      politeSignal: 'SIGTERM',
      forceSignal: 'SIGUSR1',
      stopWithinMs: 15_000,
      log,
    },
    onEvent,
  );
  await process.start();
  return { process, url, urlOf: (service) => urlFor(redisUserOf(service), servicePasswords[service]) };
}

/** Synced before every answer: an event has left the outbox of PostgreSQL once Redis has said that it has it. */
const redisConf = ({ port, isDurable }: RedisOptions, directory: string): string => `bind 127.0.0.1
port ${port}
aclfile ${JSON.stringify(join(directory, USERS_FILE))}
dir ${JSON.stringify(directory)}
appendonly ${isDurable ? 'yes' : 'no'}
appendfsync always
save ""
maxmemory-policy noeviction
daemonize no
pidfile ${JSON.stringify(join(directory, PID_FILE))}
`;

/** Two servers over the same files would destroy them: one that a killed fleet left behind ends first. */
async function stopStrayRedis(directory: string, host: Host): Promise<void> {
  const pid = Number(await readFile(join(directory, PID_FILE), 'utf8').catch(() => Number.NaN));
  const isStray = Number.isInteger(pid) && host.signal(pid, 0) && (await isWorkingIn(directory, pid));
  if (isStray) await stopStrayProcess(pid, 'SIGTERM', host);
}
