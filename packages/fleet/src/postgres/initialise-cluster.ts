import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../operator-error.ts';
import type { PostgresInstallation } from './installation.ts';
import { writeOwned } from '../account/owned-file.ts';

const run = promisify(execFile);

export const SUPERUSER = 'soc_admin';

export interface ClusterOptions {
  readonly directory: string;
  readonly superuserPassword: string;
  readonly isDurable: boolean;
}

/**
 * Makes the data directory of a new primary; one that is there is left as it is. The work happens beside it and is moved
 * into place when it is whole, so that a kill in the middle leaves nothing half made. Returns whether it was made.
 */
export async function initialiseCluster(installation: PostgresInstallation, options: ClusterOptions): Promise<boolean> {
  if (existsSync(join(options.directory, 'PG_VERSION'))) return false;
  const { account, directory: home } = installation;
  const unfinished = `${options.directory}.unfinished`;
  const passwordFile = join(home, '.initdb-password');
  await rm(unfinished, { recursive: true, force: true });
  await writeOwned(passwordFile, options.superuserPassword, account);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const sync = options.isDurable ? [] : ['--no-sync'];
  try {
    await run(installation.initdb, ['-D', unfinished, ...locale, ...login, ...sync, '--set=max_connections=200'], {
      ...account,
      cwd: home,
      env: { HOME: home, LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    });
  } catch (error) {
    const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new OperatorError(`PostgreSQL could not make its data directory ${options.directory}: ${reason}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, options.directory);
  return true;
}
