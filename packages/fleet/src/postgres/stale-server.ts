import { readFile, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { isWorkingIn, stopStrayProcess } from '../stray-process.ts';

/** Above the largest process id of Linux, 2^22. */
const IMPOSSIBLE_PID = 999_999_999;

/** The process id of the server that wrote `postmaster.pid`, running or not. */
export async function postmasterPid(directory: string): Promise<number | undefined> {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
}

/**
 * Clears what a killed fleet may have left. A server that still runs over the directory is stopped. A lock file of a dead
 * one stays, since PostgreSQL finds by it whether orphaned backends still use the memory; but when its process id belongs
 * to a stranger by now, which PostgreSQL takes for a running server, the id is replaced by one that cannot exist.
 */
export async function clearStaleServer(directory: string, host: Host): Promise<void> {
  const pid = await postmasterPid(directory);
  if (pid === undefined || !host.signal(pid, 0) || platform() !== 'linux') return;
  if (await isWorkingIn(directory, pid)) return stopStrayProcess(pid, 'SIGINT', host);
  const path = join(directory, 'postmaster.pid');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^\d+/, String(IMPOSSIBLE_PID)));
}
