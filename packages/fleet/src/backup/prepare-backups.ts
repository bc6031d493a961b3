import { chmod, chown, copyFile, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOwned } from '../account/owned-file.ts';
import { canReach, type ServerAccount } from '../account/server-account.ts';
import type { ServerDirectory } from '../account/server-directory.ts';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { SUPERUSER } from '../postgres/initialise-cluster.ts';
import { TLS_FILES } from '../postgres/settings.ts';
import type { BackupSettings } from './backup-settings.ts';
import { ensurePgbackrest } from './install-pgbackrest.ts';
import { archiveCommand, pgbackrestConf } from './pgbackrest-conf.ts';
import { createPgbackrest, type Pgbackrest } from './run-pgbackrest.ts';

/** Backups of a PostgreSQL that the fleet itself runs. */
export interface PreparedBackups {
  readonly pgbackrest: Pgbackrest;
  /** For `archive_command`. */
  readonly archiveCommand: string;
}

export interface BackupsOptions {
  readonly host: Host;
  readonly settings: BackupSettings;
  /** PostgreSQL's folder and user. */
  readonly server: ServerDirectory;
  readonly port: number;
  readonly superuserPassword: string;
  /** Whether the server shows a certificate. */
  readonly isByTls: boolean;
  readonly onOutput: (text: string) => void;
}

/** Where the primary's data are, within PostgreSQL's folder. */
export const primaryDirectoryOf = ({ directory }: ServerDirectory): string => join(directory, 'primary');

/** A folder for backups that PostgreSQL's user writes to; one that others have filled is not taken. */
async function prepareFolder(path: string, account: ServerAccount | undefined): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o750 });
    const isEmpty = (await readdir(path)).length === 0;
    if (account && isEmpty) await chown(path, account.uid, account.gid);
    const { uid } = await stat(path);
    const isReached = !account || (uid === account.uid && (await canReach(account, path)));
    if (isReached) return;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new OperatorError(`Backups cannot be kept in ${path}: ${reason}.`, { cause: error });
  }
  throw new OperatorError(
    `Backups cannot be kept in ${path}: it must belong to PostgreSQL's user (${account?.uid}), who must be able to enter it.`,
  );
}

/** Copied where PostgreSQL's user can run it, which archives with it. */
async function placeProgram(program: string, directory: string, account: ServerAccount | undefined): Promise<string> {
  const placed = join(directory, 'pgbackrest');
  const [wanted, present] = await Promise.all([readFile(program), readFile(placed).catch(() => undefined)]);
  if (present?.equals(wanted)) return placed;
  // The one that is there may be running.
  const unfinished = `${placed}.unfinished`;
  await copyFile(program, unfinished);
  await chmod(unfinished, 0o700);
  if (account) await chown(unfinished, account.uid, account.gid);
  await rename(unfinished, placed);
  return placed;
}

/** Makes the repository's folder, the configuration and the program ready for PostgreSQL's user. Throws `OperatorError`. */
export async function prepareBackups(options: BackupsOptions): Promise<PreparedBackups> {
  const { host, settings, server, port, superuserPassword, isByTls, onOutput } = options;
  const { account } = server;
  const program = await ensurePgbackrest(host, onOutput);
  const directory = join(server.directory, 'backup');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (account) await chown(directory, account.uid, account.gid);
  if (settings.repository.kind === 'folder') await prepareFolder(settings.repository.path, account);
  const placed = await placeProgram(program, directory, account);
  const configFile = join(directory, 'pgbackrest.conf');
  const dataDirectory = primaryDirectoryOf(server);
  await writeOwned(
    configFile,
    pgbackrestConf({ ...settings, dataDirectory, port, user: SUPERUSER, directory }),
    account,
  );
  const env = {
    // Where libpq looks for certificates; the user's own home may be closed to it, which it takes for a fault.
    HOME: directory,
    PGHOST: '127.0.0.1',
    PGPASSWORD: superuserPassword,
    ...(isByTls && { PGSSLMODE: 'verify-full', PGSSLROOTCERT: join(dataDirectory, TLS_FILES.authority) }),
  };
  return {
    pgbackrest: createPgbackrest({ host, program: placed, configFile, env, account }),
    archiveCommand: archiveCommand(placed, configFile),
  };
}
