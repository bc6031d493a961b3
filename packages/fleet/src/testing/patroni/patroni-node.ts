import { join } from 'node:path';
import { writeOwned } from '../../account/owned-file.ts';
import { prepareServerDirectory } from '../../account/server-directory.ts';
import type { Host } from '../../host.ts';
import { urlOf } from '../../postgres/connection.ts';
import { clearStaleServer, postmasterPid } from '../../postgres/stale-server.ts';
import { spawnGuarded } from '../../supervisor/guarded-process.ts';
import { openLogFile } from '../../supervisor/log-file.ts';
import type { ProcessSpec, SupervisedProcess } from '../../supervisor/process-spec.ts';
import { supervise } from '../../supervisor/supervise.ts';
import { dataDirectoryOf, patroniConfig, type PatroniNodeSettings, SUPERUSER } from './patroni-config.ts';

/** One PostgreSQL server with the Patroni that looks after it. */
export interface PatroniNode {
  readonly name: string;
  readonly postgresPort: number;
  /** Connects the superuser, or the role given, to a database; `postgres` when absent. */
  readonly url: (database?: string, login?: { readonly user: string; readonly password: string }) => string;
  /** Base of Patroni's REST API. */
  readonly apiUrl: string;
  /** Starts Patroni, which starts PostgreSQL; resolves when both run. */
  readonly start: () => Promise<void>;
  /** Kills PostgreSQL and Patroni with SIGKILL, as a machine that loses its power; they stay dead. */
  readonly kill: () => Promise<void>;
  /** Stops both in order. */
  readonly stop: () => Promise<void>;
}

export type PatroniNodeOptions = Omit<PatroniNodeSettings, 'directory'> & {
  /** The cluster's folder; the node's own is made below it. */
  readonly directory: string;
  readonly host: Host;
};

/** Prepares a node; nothing runs before `start`. */
export async function createPatroniNode(options: PatroniNodeOptions): Promise<PatroniNode> {
  const { name, host, postgresPort, password } = options;
  const folder = join(options.directory, name);
  const { directory, account } = await prepareServerDirectory(folder, host.uid === 0);
  const configFile = join(directory, 'patroni.json');
  await writeOwned(configFile, patroniConfig({ ...options, directory }), account);
  const apiUrl = `http://127.0.0.1:${options.apiPort}`;
  const log = openLogFile(`${folder}.log`);
  const spec: ProcessSpec = {
    name: `patroni ${name}`,
    spawn: () =>
      spawnGuarded({
        command: options.programs.patroni,
        args: [configFile],
        stopSignal: 'TERM',
        cwd: directory,
        logFd: log.fd,
        env: { HOME: directory, LC_ALL: 'C.UTF-8' },
        ...account,
      }),
    isReady: async () => (await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(2_000) })).ok,
    readyWithinMs: 90_000,
    politeSignal: 'SIGTERM',
    forceSignal: 'SIGUSR1',
    stopWithinMs: 30_000,
    log,
  };
  const dataDirectory = dataDirectoryOf(directory);
  let life: SupervisedProcess | undefined;
  return {
    name,
    postgresPort,
    apiUrl,
    url: (database = 'postgres', login = { user: SUPERUSER, password }) =>
      urlOf({ port: postgresPort, database, ...login }),
    start: async () => {
      life = supervise(spec, () => undefined);
      await life.start();
    },
    kill: async () => {
      const postgres = await postmasterPid(dataDirectory);
      life?.forceStop();
      if (postgres !== undefined) host.signal(postgres, 'SIGKILL');
      await life?.stop();
    },
    stop: async () => {
      await life?.stop();
      // A Patroni that was killed leaves its PostgreSQL running.
      await clearStaleServer(dataDirectory, host);
    },
  };
}
