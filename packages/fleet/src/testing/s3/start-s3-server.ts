import { type ChildProcess, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from '../../host.ts';
import { spawnGuarded } from '../../supervisor/guarded-process.ts';
import { openLogFile } from '../../supervisor/log-file.ts';
import { takeFreePorts } from '../free-ports.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';
import { waitFor } from '../wait-for.ts';
import { cephConfig } from './ceph-config.ts';
import { type CephPrograms, ensureCeph, libraryPaths } from './install-s3-server.ts';

const run = promisify(execFile);

/** Who may do everything in an S3 server of the tests. */
export const TEST_S3_KEYS = { accessKeyId: 'soc', secretAccessKey: 'soc-secret' } as const;

/** A real S3 server with versions, object lock and encryption: Ceph's gateway over a store of its own. */
export interface S3Server {
  readonly url: string;
  /** Stops it and removes its data. */
  readonly stop: () => Promise<void>;
}

export interface S3ServerOptions {
  readonly host: Host;
  /** Most it keeps; 1 GiB when absent. */
  readonly capacityBytes?: number;
  /** Keeps objects on the disk and not in memory. */
  readonly isOnDisk?: boolean;
}

const READY_WITHIN_MS = 180_000;
const PREPARED_WITHIN_MS = 120_000;

interface Surroundings {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The keys, the maps and the empty data of monitor and disk. */
async function prepare({ paths }: CephPrograms, { directory, env }: Surroundings, monPort: number, fsid: string) {
  const call = (program: keyof typeof paths, ...args: readonly string[]) =>
    run(paths[program], args, { cwd: directory, env, timeout: PREPARED_WITHIN_MS });
  const key = (name: string, ...caps: readonly string[]) =>
    call('ceph-authtool', 'keyring', '--gen-key', '-n', name, ...caps.flatMap((cap) => ['--cap', ...cap.split('=')]));
  await call('ceph-authtool', '--create-keyring', 'keyring', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  await key('client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *');
  await key('osd.0', 'mon=allow profile osd', 'osd=allow *', 'mgr=allow profile osd');
  const address = ['--addv', 'a', `v2:127.0.0.1:${monPort}`];
  await call('monmaptool', '--create', '--fsid', fsid, ...address, 'monmap');
  await call('osdmaptool', '--createsimple', '1', 'osdmap');
  const maps = ['--monmap', 'monmap', '--osdmap', 'osdmap', '--keyring', 'keyring'];
  await call('ceph-mon', '--mkfs', '-i', 'a', ...maps);
  await call('ceph-osd', '-i', '0', '--mkfs', '--no-mon-config', '--osd-uuid', randomUUID());
}

/**
 * Starts a server on free ports with its data in a temporary folder; what is missing is brought. Should this process die, it
 * stops. Throws `OperatorError` where it cannot be had.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { host, capacityBytes = 1024 ** 3, isOnDisk = false } = options;
  const programs = await ensureCeph(host);
  const { env, settings } = await libraryPaths(programs.root);
  const temporary = await makeTemporaryDirectory('s3');
  const directory = temporary.path;
  const [monPort, port = 0] = await takeFreePorts(2);
  const surroundings = { directory, env: { ...env, CEPH_CONF: join(directory, 'ceph.conf'), LC_ALL: 'C' } };
  const fsid = randomUUID();
  for (const folder of ['mon', 'osd', 'rgw']) await mkdir(join(directory, folder));
  const config = { directory, fsid, monPort, port, capacityBytes, isOnDisk, more: settings };
  await writeFile(surroundings.env.CEPH_CONF, cephConfig(config), { mode: 0o600 });

  const processes: ChildProcess[] = [];
  const start = (program: keyof typeof programs.paths, ...args: readonly string[]): void => {
    const log = openLogFile(join(directory, `${program}.out`));
    const guarded = { command: programs.paths[program], args: ['-f', '--no-mon-config', ...args], logFd: log.fd };
    processes.push(spawnGuarded({ ...guarded, stopSignal: 'TERM', cwd: directory, env: surroundings.env }));
  };
  const stop = async (): Promise<void> => {
    for (const child of processes.toReversed()) {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined;
      // Killed: the data goes with it, and a gateway waits half a minute for a disk that is gone.
      child.kill('SIGUSR1');
      await gone;
    }
    await temporary[Symbol.asyncDispose]();
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await prepare(programs, surroundings, monPort, fsid);
    start('ceph-mon', '-i', 'a');
    start('ceph-osd', '-i', '0');
    start('radosgw', '-n', 'client.admin');
    const answers = () => fetch(url, { signal: AbortSignal.timeout(5_000) }).then(({ ok }) => ok);
    const hasEnded = () => processes.some(({ exitCode }) => exitCode !== null);
    await waitFor(async () => hasEnded() || (await answers()), { deadlineMs: READY_WITHIN_MS, everyMs: 100 });
    if (hasEnded()) throw new Error(`the S3 server ended: see ${directory}`);
    const { accessKeyId, secretAccessKey } = TEST_S3_KEYS;
    const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey];
    await run(programs.paths['radosgw-admin'], ['user', 'create', '--uid', 'soc', '--display-name', 'soc', ...keys], {
      env: surroundings.env,
      timeout: PREPARED_WITHIN_MS,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
