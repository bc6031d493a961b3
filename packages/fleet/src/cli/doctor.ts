import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { findRunningFleet, type FleetRecord } from '../claim-data-directory.ts';
import { createFleetClient } from '../client/fleet-client.ts';
import { layOut } from '../layout.ts';
import { findBusyPort } from '../ports.ts';
import { findPostgresHome } from '../postgres/binaries.ts';
import { findRedisServer } from '../redis/find-redis-server.ts';
import { isRedisReady } from '../redis/start-redis.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf, dataDirOption, portBaseOf, portBaseOption } from './fleet-arguments.ts';

/** What one check found. */
interface Finding {
  readonly isGood: boolean;
  readonly says: string;
}

const good = (says: string): Finding => ({ isGood: true, says });
const bad = (says: string): Finding => ({ isGood: false, says });

const GIB = 2 ** 30;
const LEAST_FREE_BYTES = 2 * GIB;
const OLDEST_NODE = 24;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check this machine, the data directory and the fleet that runs over it.',
  synopsis: '',
  options: [dataDirOption, portBaseOption],
  run: async (input) => {
    const directory = dataDirOf(input);
    const fleet = await findRunningFleet(directory, input.host);
    const checks: Readonly<Record<string, () => Promise<Finding>>> = {
      node: () => checkNode(input),
      PostgreSQL: checkPostgres,
      Redis: () => checkRedis(input),
      disk: () => checkDisk(directory),
      secrets: () => checkSecrets(join(directory, 'secrets')),
      ...(fleet ? { fleet: () => checkFleet(fleet) } : { ports: () => checkPorts(input) }),
    };
    const findings = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => ({ name, ...(await check().catch(asFinding)) })),
    );
    for (const { name, isGood, says } of findings) input.print(`${isGood ? 'ok  ' : 'BAD '} ${name.padEnd(12)}${says}`);
    return findings.every(({ isGood }) => isGood) ? 0 : 1;
  },
};

const asFinding = (error: unknown): Finding => bad(error instanceof Error ? error.message : String(error));

const run = promisify(execFile);

async function checkNode({ host }: CommandInput): Promise<Finding> {
  const { stdout } = await run(host.nodePath, ['--version']);
  const version = stdout.trim();
  return Number.parseInt(version.slice(1), 10) >= OLDEST_NODE ? good(version) : bad(`${version} is older than 24`);
}

async function checkPostgres(): Promise<Finding> {
  const { stdout } = await run(join(findPostgresHome(), 'bin', 'postgres'), ['--version']);
  return good(stdout.trim());
}

async function checkRedis({ host }: CommandInput): Promise<Finding> {
  const url = host.env['REDIS_URL'];
  if (url) return (await isRedisReady(url)) ? good('REDIS_URL answers') : bad('REDIS_URL does not answer');
  const path = await findRedisServer(host.env['PATH'] ?? '');
  return path === undefined ? bad('no redis-server on the PATH; soc up installs it with apt-get') : good(path);
}

async function checkDisk(directory: string): Promise<Finding> {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const says = `${((bavail * bsize) / GIB).toFixed(1)} GiB free at ${directory}`;
  return bavail * bsize >= LEAST_FREE_BYTES
    ? good(says)
    : bad(`${says}; at least ${LEAST_FREE_BYTES / GIB} GiB are wanted`);
}

async function checkSecrets(folder: string): Promise<Finding> {
  if (!existsSync(folder)) return good('none yet; soc up makes them');
  const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))];
  const modes = await Promise.all(paths.map(async (path) => ({ path, mode: (await stat(path)).mode })));
  const open = modes.find(({ mode }) => (mode & 0o077) !== 0);
  return open
    ? bad(`${open.path} can be read by others; chmod go= it`)
    : good(`${folder} is readable by its owner only`);
}

async function checkPorts(input: CommandInput): Promise<Finding> {
  const portBase = portBaseOf(input);
  const busy = await findBusyPort(layOut({ portBase, scale: {} }), {
    redis: !input.host.env['REDIS_URL'],
    monitoring: false,
  });
  return busy
    ? bad(`port ${busy[0]}, needed for ${busy[1]}, is in use`)
    : good(`all free from ${portBase}; no fleet runs`);
}

async function checkFleet({ pid, portBase }: FleetRecord): Promise<Finding> {
  const { status, services } = await createFleetClient(`http://127.0.0.1:${portBase}`, '').call(GetServicesHealth);
  const unwell = services.flatMap((each) => (each.status === 'ok' ? [] : [`${each.service} ${each.status}`]));
  const says = [`process ${pid}, ports from ${portBase}: ${status}`, ...unwell].join(', ');
  return status === 'ok' ? good(says) : bad(says);
}
