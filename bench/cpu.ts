import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fleet } from '@soc/fleet';

/** Linux counts CPU time in hundredths of a second. */
const MS_PER_TICK = 10;

interface ProcessTimes {
  readonly parentPid: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly childrenMs: number;
}

async function timesOf(pid: number | string): Promise<ProcessTimes | undefined> {
  // A process may end between being listed and being read.
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (!fields) return undefined;
  const [, parentPid = 0] = fields;
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return { parentPid, ownMs: (user + system) * MS_PER_TICK, childrenMs: (childUser + childSystem) * MS_PER_TICK };
}

/** CPU milliseconds used so far by a process and its direct children. */
export async function treeMs(rootPid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map(timesOf));
  const children = all.reduce(
    (sum, times) => sum + (times?.parentPid === rootPid ? times.ownMs + times.childrenMs : 0),
    0,
  );
  const root = await timesOf(rootPid);
  return children + (root ? root.ownMs + root.childrenMs : 0);
}

/** Undefined where no such server runs. */
async function postmasterPid(dataDirectory: string, role: 'primary' | 'replica'): Promise<number | undefined> {
  const file = join(dataDirectory, 'postgres', role, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}

/** CPU milliseconds used so far, by service and by PostgreSQL server. */
export async function cpuMs(fleet: Fleet): Promise<ReadonlyMap<string, number>> {
  const used = new Map<string, number>();
  for (const { name, pid } of fleet.services()) {
    const times = pid === undefined ? undefined : await timesOf(pid);
    used.set(name, times?.ownMs ?? 0);
  }
  for (const role of ['primary', 'replica'] as const) {
    const pid = await postmasterPid(fleet.dataDirectory, role);
    if (pid !== undefined) used.set(`postgres ${role}`, await treeMs(pid));
  }
  return used;
}
