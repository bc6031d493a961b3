import { chmod, chown, mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ServerAccount } from '../account/server-account.ts';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { postmasterPid } from '../postgres/stale-server.ts';
import { type Backup, listBackups } from './backup-list.ts';
import { chooseBackup, type RestorePoint } from './choose-backup.ts';
import type { Pgbackrest } from './run-pgbackrest.ts';

export interface RestorePlan {
  readonly backup: Backup;
  readonly to: RestorePoint;
  readonly target: string;
}

/** Throws `OperatorError` unless `target` is a folder that can be filled: missing, or empty. */
async function demandEmptyTarget(target: string, host: Host): Promise<void> {
  const pid = await postmasterPid(target);
  if (pid !== undefined && host.signal(pid, 0)) {
    throw new OperatorError(
      `PostgreSQL runs over ${target} (process ${pid}): stop it, and move the folder out of the way.`,
    );
  }
  const names = await readdir(target).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') return [];
    throw new OperatorError(`Nothing can be restored to ${target}: ${code}.`, { cause: error });
  });
  if (names.length > 0) {
    throw new OperatorError(`${target} is not empty: move it out of the way; nothing is ever restored over data.`);
  }
  const parent = dirname(target);
  await readdir(parent).catch(() => {
    throw new OperatorError(`${parent} is not there; make it first, or restore elsewhere.`);
  });
}

const REFUSALS = {
  no_backups: () => 'The repository holds no backups of this fleet.',
  in_the_future: () => 'The moment to go back to lies in the future; say --to latest for as far as there is.',
  before_the_first: (first: Date | undefined) =>
    `The oldest backup had ended at ${first?.toISOString() ?? 'an unknown time'}; nothing before that can be brought back.`,
} as const;

/** What a restore would do, found out without doing anything. Throws `OperatorError` where it must not be done. */
export async function planRestore(
  pgbackrest: Pgbackrest,
  asked: Pick<RestorePlan, 'to' | 'target'>,
  { host, now }: { readonly host: Host; readonly now: Date },
): Promise<RestorePlan> {
  await demandEmptyTarget(asked.target, host);
  const choice = chooseBackup(await listBackups(pgbackrest), asked.to, now);
  if (!choice.ok) throw new OperatorError(REFUSALS[choice.refusal](choice.firstEndedAt));
  return { ...asked, backup: choice.backup };
}

/**
 * Brings the files of the backup back into the target. PostgreSQL replays the log up to the point asked for when it starts over
 * it. Throws `BackupError`; a folder made for it is then left as far as it came, never to be started.
 */
export async function restoreFiles(
  pgbackrest: Pgbackrest,
  { backup, to, target }: RestorePlan,
  account: ServerAccount | undefined,
): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  await chmod(target, 0o700);
  if (account) await chown(target, account.uid, account.gid);
  // Of a damaged file the second look finds no more than the first.
  const retries = '--job-retry=1';
  const point =
    to === 'latest'
      ? ['--type=default']
      : [
          '--type=time',
          `--target=${to.toISOString().replace('T', ' ').replace('Z', '+00')}`,
          '--target-action=promote',
        ];
  try {
    await pgbackrest.run('restore', [`--pg1-path=${target}`, `--set=${backup.label}`, retries, ...point]);
  } catch (error) {
    // Empty again where nothing came, so that the next try is not refused.
    await rmdir(target).catch(() => undefined);
    throw error;
  }
}

/** The major version of the PostgreSQL that a data directory belongs to. */
export const versionOf = async (target: string): Promise<string> =>
  (await readFile(`${target}/PG_VERSION`, 'utf8')).trim();
