import { chown, mkdir, mkdtemp, readlink, rmdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { canReach, findServerAccount, type ServerAccount } from './server-account.ts';

/** Used when the unprivileged user cannot enter the folders of root, e.g. a clone below /root. */
export const REACHABLE_FOLDER = '/var/lib/soc-agent';

/** A data server's own folder and the user it runs as; no account when that is ourselves. */
export interface ServerDirectory {
  readonly directory: string;
  readonly account?: ServerAccount;
}

/**
 * Prepares the folder of a data server. As root it belongs to an unprivileged user; where that user cannot reach it, it
 * becomes a link into /var/lib/soc-agent.
 */
export async function prepareServerDirectory(directory: string, isRoot: boolean): Promise<ServerDirectory> {
  if (!isRoot) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { directory };
  }
  const account = (await ownerOf(directory)) ?? (await findServerAccount());
  return { directory: await reachableDirectory(directory, account), account };
}

/** Data that is there stays with the user that owns it. */
async function ownerOf(directory: string): Promise<ServerAccount | undefined> {
  const owner = await stat(directory).catch(() => undefined);
  return owner === undefined || owner.uid === 0 ? undefined : { uid: owner.uid, gid: owner.gid };
}

async function reachableDirectory(directory: string, account: ServerAccount): Promise<string> {
  const linked = await readlink(directory).catch(() => undefined);
  if (linked !== undefined) return linked;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chown(directory, account.uid, account.gid);
  if (await canReach(account, directory)) return directory;

  await mkdir(REACHABLE_FOLDER, { recursive: true, mode: 0o755 });
  const elsewhere = await mkdtemp(join(REACHABLE_FOLDER, 'data-'));
  await chown(elsewhere, account.uid, account.gid);
  await rmdir(directory);
  await symlink(elsewhere, directory);
  return elsewhere;
}
