import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnGuarded } from '../supervisor/guarded-process.ts';
import type { LogFile } from '../supervisor/log-file.ts';
import type { ProcessSpec, SupervisedProcess } from '../supervisor/process-spec.ts';
import type { IssuedCertificate } from '../tls/certificate-authority.ts';
import { urlOf } from './connection.ts';
import { SUPERUSER } from './initialise-cluster.ts';
import type { PostgresInstallation } from './installation.ts';
import { writeOwned } from '../account/owned-file.ts';
import { pgHbaConf, postgresqlConf, type ServerSettings, TLS_FILES, type TlsSettings } from './settings.ts';

export interface ServerProcess {
  readonly role: 'primary' | 'replica';
  readonly directory: string;
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  readonly log: LogFile;
}

/** A server that runs. */
export interface PostgresServer {
  readonly process: SupervisedProcess;
  readonly directory: string;
  /** Connects the superuser to the database `postgres`, or to the one named. */
  readonly adminUrl: (database?: string) => string;
}

/** The certificate a server shows, and who is asked to see it. */
export interface ServerTls extends TlsSettings, IssuedCertificate {}

export const superuserUrl =
  (port: number, password: string, tls: ServerTls | undefined) =>
  (database = 'postgres'): string =>
    urlOf({ port, user: SUPERUSER, password, database, authorityFile: tls?.authorityFile });

/** Writes the settings of a server into its data directory. */
export async function configureServer(
  directory: string,
  settings: ServerSettings & { readonly tls?: ServerTls | undefined },
  installation: PostgresInstallation,
): Promise<void> {
  const { account } = installation;
  await writeOwned(join(directory, 'postgresql.conf'), postgresqlConf(settings), account);
  await writeOwned(join(directory, 'pg_hba.conf'), pgHbaConf(settings), account);
  if (settings.tls) {
    await writeOwned(join(directory, TLS_FILES.certificate), settings.tls.certificate, account);
    await writeOwned(join(directory, TLS_FILES.key), settings.tls.key, account);
    // The file of the fleet may be where this user cannot go.
    await writeOwned(join(directory, TLS_FILES.authority), await readFile(settings.tls.authorityFile, 'utf8'), account);
  }
  const operatorConf = join(directory, 'operator.conf');
  if (!existsSync(operatorConf)) await writeOwned(operatorConf, '# Your own settings; they win.\n', account);
  if (settings.standby) await writeOwned(join(directory, 'standby.signal'), '', account);
}

/** How to run a PostgreSQL server over a configured data directory. SIGINT is its fast shutdown: open work is rolled back. */
export function serverSpec(server: ServerProcess, installation: PostgresInstallation): ProcessSpec {
  return {
    name: `postgres ${server.role}`,
    spawn: () =>
      spawnGuarded({
        command: installation.postgres,
        args: ['-D', server.directory],
        stopSignal: 'INT',
        cwd: installation.directory,
        logFd: server.log.fd,
        // With the home of root, which it may not read, the WAL receiver fails.
        env: { HOME: installation.directory, LC_ALL: 'C' },
        ...installation.account,
      }),
    isReady: server.isReady,
    readyWithinMs: server.readyWithinMs,
    politeSignal: 'SIGTERM',
    forceSignal: 'SIGUSR1',
    stopWithinMs: 20_000,
    log: server.log,
  };
}
