import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './run-command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A Docker engine of this run's own: its images stay in its folder, all else of it ends with it. */
export interface Engine {
  /** For docker and docker-compose: leads them to this engine. */
  readonly env: Environment;
  /** The engine's first process, in whose network its containers and their published ports are. */
  readonly pid: number;
  readonly docker: (...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface EngineOptions {
  /** Kept between runs. */
  readonly directory: string;
  /**
   * `host`: the machine's, in which builds reach the package registries; the engine changes nothing of it, so containers get no
   * network. `own`: a namespace, in which bridges, firewall rules and published ports disturb nobody; it leads nowhere.
   */
  readonly network: 'host' | 'own';
  readonly env: Environment;
}

const START_DEADLINE_MS = 60_000;
/** Containers that are left are stopped by the engine first. */
const STOP_DEADLINE_MS = 60_000;

const FLAGS = {
  host: ['--bridge=none', '--iptables=false', '--ip-forward=false'],
  // Any addresses will do, where nobody else is.
  own: ['--default-address-pool=base=10.201.0.0/16,size=24'],
} as const;

/** /run is the engine's own, and so are its mounts: they are gone with the namespace. */
const IN_NAMESPACE = 'mount -t tmpfs tmpfs /run && { [ "$1" = host ] || ip link set lo up; } && shift && exec "$@"';

/** Starts dockerd in namespaces of its own, as root. When this process ends, however it does, so do the engine and containers. */
export async function startEngine({ directory, network, env: given }: EngineOptions): Promise<Engine> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const socket = join(directory, 'docker.sock');
  const env = {
    ...given,
    // Debian's client, of the engine's version, whatever else there is.
    PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${given['PATH'] ?? ''}`,
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_BUILDKIT: '1',
    COMPOSE_DOCKER_CLI_BUILD: '1',
    BUILDKIT_PROGRESS: 'plain',
  };
  const logFile = join(directory, `dockerd-${network}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn('setpriv', [...launcher(directory, network), ...daemon(directory, socket), ...FLAGS[network]], {
    env,
    // A Ctrl-C at the terminal is answered in order: containers first.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const docker = (...args: readonly string[]) => runCommand('docker', args, { env });
  try {
    await answers(docker, child);
    return { env, pid: await firstProcessOf(child), docker, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    const said = await readFile(logFile, 'utf8');
    throw new Error(`the Docker engine did not start:\n${said.split('\n').slice(-15).join('\n')}`, { cause: error });
  }
}

/** One engine at a time in a folder; killed with this process, and all that it started with it. */
const launcher = (directory: string, network: EngineOptions['network']): readonly string[] => [
  ...words('--pdeathsig KILL flock --nonblock --no-fork'),
  join(directory, 'lock'),
  ...words('unshare --mount --pid --fork --kill-child --mount-proc'),
  ...(network === 'own' ? ['--net'] : []),
  'sh',
  '-c',
  IN_NAMESPACE,
  'sh',
  network,
];

const daemon = (directory: string, socket: string): readonly string[] => [
  ...words('docker-init -- dockerd --log-level=warn --exec-root=/run/docker --pidfile=/run/docker.pid'),
  `--data-root=${join(directory, 'docker')}`,
  `--host=unix://${socket}`,
];

const words = (text: string): readonly string[] => text.split(' ');

async function answers(docker: Engine['docker'], child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('dockerd ended');
    try {
      await docker('version');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(250);
  }
}

/** `unshare` has one child: the first process of the namespace. */
async function firstProcessOf({ pid }: ChildProcess): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim());
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const first = await firstProcessOf(child).catch(() => 0);
  if (first > 0) process.kill(first, 'SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(late);
}
