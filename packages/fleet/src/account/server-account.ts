import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OperatorError } from '../operator-error.ts';

const run = promisify(execFile);

/** A user of the machine that PostgreSQL runs as. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** Made by us where root may make users; the name is ours so that no other program's user is shared. */
const OWN_ACCOUNT = 'socpg';

/**
 * PostgreSQL refuses to run as root, so root needs an unprivileged user for it: `socpg`, created when it is not there, or
 * else `postgres` or `nobody` where users cannot be made.
 */
export async function findServerAccount(): Promise<ServerAccount> {
  const account =
    (await lookUp(OWN_ACCOUNT)) ??
    (await create(OWN_ACCOUNT)) ??
    (await lookUp('postgres')) ??
    (await lookUp('nobody'));
  if (!account) throw new OperatorError('PostgreSQL cannot run as root, and no other user could be found or made.');
  return account;
}

async function lookUp(name: string): Promise<ServerAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // no such user
  }
}

async function create(name: string): Promise<ServerAccount | undefined> {
  const options = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
  ];
  try {
    await run('useradd', [...options, name]);
  } catch {
    // No useradd here, or another start has just made the user: the look-up tells.
  }
  return lookUp(name);
}

/** Whether the account can read or enter a path; every folder above it counts. */
export async function canReach({ uid, gid }: ServerAccount, path: string): Promise<boolean> {
  try {
    await run('test', ['-r', path, '-a', '-x', path], { uid, gid, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
