import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareServerDirectory } from '../../account/server-directory.ts';
import { spawnGuarded } from '../../supervisor/guarded-process.ts';
import type { Host } from '../../host.ts';
import { openLogFile } from '../../supervisor/log-file.ts';
import { supervise } from '../../supervisor/supervise.ts';
import { takeFreePorts } from '../free-ports.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';
import { ensureInfluxdb } from './install-influxdb.ts';

/** The administrator of the InfluxDB of the tests; both together, with a colon, are what its version 2 API calls a token. */
export const INFLUXDB_USER = { name: 'soc', password: 'test' } as const;

/**
 * Starts an InfluxDB 1.8 with Flux and logins on free ports, with its data in a temporary folder. What is missing is built.
 * Should this process die, the server stops. Throws `OperatorError` where it cannot be had.
 */
export async function startInfluxdb({ host }: { readonly host: Host }): Promise<{
  readonly url: string;
  /** Of what stands before the server and ends with it. */
  readonly pid: () => number | undefined;
  readonly stop: () => Promise<void>;
}> {
  const { influxd } = await ensureInfluxdb(host);
  const temporary = await makeTemporaryDirectory('influxdb');
  const { directory, account } = await prepareServerDirectory(join(temporary.path, 'home'), host.uid === 0);
  // Its user cannot reach a cache folder of root.
  const program = join(directory, 'influxd');
  await copyFile(influxd, program);
  await chmod(program, 0o755);
  const [port, rpcPort = 0] = await takeFreePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const log = openLogFile(join(temporary.path, 'influxdb.log'));
  const server = supervise(
    {
      name: 'influxdb',
      spawn: () =>
        spawnGuarded({
          command: program,
          args: ['-config', '/dev/null'],
          stopSignal: 'TERM',
          cwd: directory,
          logFd: log.fd,
          env: { HOME: directory, LC_ALL: 'C', GOMEMLIMIT: '400MiB', ...settings(directory, port, rpcPort) },
          ...account,
        }),
      isReady: async () => (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })).ok,
      readyWithinMs: 120_000,
      politeSignal: 'SIGTERM',
      forceSignal: 'SIGUSR1',
      stopWithinMs: 10_000,
      log,
    },
    () => undefined,
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    await temporary[Symbol.asyncDispose]();
  };
  try {
    await server.start();
    await createUser(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: () => server.child()?.pid, stop };
}

const settings = (directory: string, port: number, rpcPort: number): Readonly<Record<string, string>> => ({
  INFLUXDB_REPORTING_DISABLED: 'true',
  INFLUXDB_BIND_ADDRESS: `127.0.0.1:${rpcPort}`,
  INFLUXDB_META_DIR: join(directory, 'meta'),
  INFLUXDB_DATA_DIR: join(directory, 'data'),
  INFLUXDB_DATA_WAL_DIR: join(directory, 'wal'),
  INFLUXDB_DATA_QUERY_LOG_ENABLED: 'false',
  INFLUXDB_MONITOR_STORE_ENABLED: 'false',
  INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
  INFLUXDB_HTTP_FLUX_ENABLED: 'true',
  INFLUXDB_HTTP_AUTH_ENABLED: 'true',
  INFLUXDB_HTTP_LOG_ENABLED: 'false',
});

async function createUser(url: string): Promise<void> {
  const { name, password } = INFLUXDB_USER;
  const q = `create user ${name} with password '${password}' with all privileges`;
  const answer = await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q }) });
  if (!answer.ok) throw new Error(`InfluxDB refused its first user: ${await answer.text()}`);
}
