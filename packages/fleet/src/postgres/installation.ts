import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { canReach, type ServerAccount } from '../account/server-account.ts';
import { prepareServerDirectory, REACHABLE_FOLDER, type ServerDirectory } from '../account/server-directory.ts';
import { findPostgresHome } from './binaries.ts';

/** Where PostgreSQL's programs and data are, and as whom it runs. `directory` holds one folder a server. */
export interface PostgresInstallation extends ServerDirectory {
  readonly postgres: string;
  readonly initdb: string;
}

/** Prepares `directory` for PostgreSQL's data, and programs that its user can run. */
export async function preparePostgres(directory: string, isRoot: boolean): Promise<PostgresInstallation> {
  const prepared = await prepareServerDirectory(directory, isRoot);
  const home = findPostgresHome();
  const bin = join(prepared.account ? await reachableHome(home, prepared.account) : home, 'bin');
  return { ...prepared, postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
}

/** The programs where the user can reach them: where they are, or else a copy made once. */
async function reachableHome(home: string, account: ServerAccount): Promise<string> {
  if (await canReach(account, join(home, 'bin', 'postgres'))) return home;
  const copy = join(REACHABLE_FOLDER, `postgres-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  if (await canReach(account, join(copy, 'bin', 'postgres'))) return copy;
  await mkdir(REACHABLE_FOLDER, { recursive: true, mode: 0o755 });
  const unfinished = await mkdtemp(`${copy}.`);
  await cp(home, unfinished, { recursive: true, verbatimSymlinks: true });
  await chmod(unfinished, 0o755);
  await rename(unfinished, copy);
  return copy;
}
