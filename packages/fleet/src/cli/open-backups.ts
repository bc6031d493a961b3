import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAccount } from '../account/server-account.ts';
import { BACKUP_SECRET, type BackupSettings, readBackupSettings } from '../backup/backup-settings.ts';
import { prepareBackups } from '../backup/prepare-backups.ts';
import { createPgbackrest, type Pgbackrest } from '../backup/run-pgbackrest.ts';
import { findRunningFleet } from '../claim-data-directory.ts';
import { systemSearchPath } from '../debian-packages.ts';
import { layOut } from '../layout.ts';
import { OperatorError } from '../operator-error.ts';
import { type PostgresInstallation, preparePostgres } from '../postgres/installation.ts';
import { findProgram } from '../redis/find-redis-server.ts';
import { keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { CommandInput, CommandOption } from './command.ts';
import { cannotReadThe } from './read-keys.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';

/** Which backups a command is about. */
export const backupOptions: readonly CommandOption[] = [
  dataDirOption,
  {
    name: 'settings',
    value: 'FILE',
    help: `A copy of secrets/${BACKUP_SECRET}, where the data directory with its own is gone.`,
  },
  {
    name: 'config',
    value: 'FILE',
    help: 'pgbackrest.conf of a PostgreSQL of your own, whose stanza is soc; the fleet’s own when absent.',
  },
];

export interface OpenedBackups {
  readonly pgbackrest: Pgbackrest;
  readonly account: ServerAccount | undefined;
  /** Of the fleet; undefined for a PostgreSQL of the operator's own. */
  readonly installation: PostgresInstallation | undefined;
}

const LIBPQ = /^PG[A-Z]+$/;

/** Backups of a PostgreSQL of the operator's own, under Patroni for one. */
async function openOwn({ host }: CommandInput, configFile: string): Promise<OpenedBackups> {
  await access(configFile).catch(cannotReadThe('configuration', configFile));
  if (host.uid === 0) {
    throw new OperatorError('Say it as PostgreSQL’s user, as in sudo -u postgres: the files are its own.');
  }
  const program = await findProgram('pgbackrest', systemSearchPath(host));
  if (program === undefined) throw new OperatorError('There is no pgbackrest on this machine; install its package.');
  const env = Object.fromEntries(
    Object.entries(host.env).filter(
      (entry): entry is [string, string] => LIBPQ.test(entry[0]) && entry[1] !== undefined,
    ),
  );
  return {
    pgbackrest: createPgbackrest({ host, program, configFile, env, account: undefined }),
    account: undefined,
    installation: undefined,
  };
}

async function settingsOf(input: CommandInput): Promise<BackupSettings> {
  const path = input.value('settings') ?? join(dataDirOf(input), 'secrets', BACKUP_SECRET);
  const settings = await readBackupSettings(path);
  if (settings) return settings;
  throw new OperatorError(
    `There are no settings of backups in ${path}: npm start -- --backup DIR makes backups; after a loss name a copy with --settings.`,
  );
}

/** Opens the backups that the options name. Throws `OperatorError`. */
export async function openBackups(input: CommandInput): Promise<OpenedBackups> {
  const config = input.value('config');
  if (config !== undefined) return openOwn(input, config);
  const settings = await settingsOf(input);
  const directory = dataDirOf(input);
  const fleet = await findRunningFleet(directory, input.host);
  const installation = await preparePostgres(join(directory, 'postgres'), input.host.uid === 0);
  // Only a fleet that runs is spoken to, and its secrets are there.
  const password = fleet && (await keepFleetSecrets(join(directory, 'secrets'), {})).postgres.superuser;
  const { pgbackrest } = await prepareBackups({
    host: input.host,
    settings,
    server: installation,
    port: layOut({ portBase: fleet?.portBase ?? 8000, scale: {} }).postgresPort,
    superuserPassword: password ?? '',
    isByTls: true,
    onOutput: (text) => input.remark(text.trimEnd()),
  });
  return { pgbackrest, account: installation.account, installation };
}
