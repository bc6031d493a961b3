import { constants } from 'node:fs';
import { chown, copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAccount } from '../account/server-account.ts';

/** Left out with all they hold (the folders stay), as pg_basebackup does: of no use to another server. */
const EMPTY_FOLDERS = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

const SKIPPED =
  /^(postmaster\.(pid|opts)|backup_label.*|.*\.signal|pg_internal\.init.*|pgsql_tmp.*|current_logfiles.*)$/;

const COPIES_AT_ONCE = 8;

/**
 * Copies the data directory of a running server, between the start and the stop of a backup: files may change or vanish
 * while they are copied, and the write-ahead log mends what was torn.
 */
export async function copyDataDirectory(from: string, to: string, account: ServerAccount | undefined): Promise<void> {
  const files: [string, string][] = [];
  await copyFolder(from, to, account, files);
  const copyNext = async (): Promise<void> => {
    for (let next = files.pop(); next; next = files.pop()) await copyOne(...next, account);
  };
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, copyNext));
  await Promise.all(['pg_wal/archive_status', 'pg_wal/summaries'].map((name) => makeFolder(join(to, name), account)));
}

async function makeFolder(path: string, account: ServerAccount | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (account) await chown(path, account.uid, account.gid);
}

async function copyFolder(
  from: string,
  to: string,
  account: ServerAccount | undefined,
  files: [string, string][],
): Promise<void> {
  await makeFolder(to, account);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (SKIPPED.test(entry.name)) continue;
    if (EMPTY_FOLDERS.has(entry.name)) await makeFolder(target, account);
    else if (entry.isDirectory()) await copyFolder(source, target, account, files);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else files.push([source, target]);
  }
}

async function copyOne(source: string, target: string, account: ServerAccount | undefined): Promise<void> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    if (account) await chown(target, account.uid, account.gid);
  } catch (error) {
    // A table dropped meanwhile. The log that the replica replays drops it there, too.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
