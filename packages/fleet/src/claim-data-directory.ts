import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Host } from './host.ts';
import { OperatorError } from './operator-error.ts';

/** What a running fleet says of itself in its data directory. */
const FleetRecord = z.object({
  pid: z.number().int(),
  /** Tells a process from a later one of the same id; empty where the system does not say. */
  birth: z.string(),
  portBase: z.number().int(),
});
export type FleetRecord = z.infer<typeof FleetRecord>;

export interface Claim {
  /** Whether a fleet of before ended without giving its claim up: killed. */
  readonly followsCrash: boolean;
  readonly release: () => Promise<void>;
}

const recordFile = (directory: string): string => join(directory, 'fleet.json');

/** When a process began, in ticks since the boot of the machine (proc(5), field 22 of `stat`). */
async function birthOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? '';
}

/** The fleet that runs over a data directory now, if one does. */
export async function findRunningFleet(directory: string, host: Host): Promise<FleetRecord | undefined> {
  const text = await readFile(recordFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = FleetRecord.safeParse(parseOrNothing(text));
  if (!parsed.success || !host.signal(parsed.data.pid, 0)) return undefined;
  return parsed.data.birth === (await birthOf(parsed.data.pid)) ? parsed.data : undefined;
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // killed while it was written
  }
}

/**
 * Makes the data directory and takes it for this process: two fleets over the same data would destroy it. Other users may
 * pass through the folder, to the data server's folder below, but not list it.
 */
export async function claimDataDirectory(directory: string, portBase: number, host: Host): Promise<Claim> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o711 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OperatorError(`The data directory ${directory} cannot be written to; choose another with --data-dir.`, {
      cause: error,
    });
  }
  const path = recordFile(directory);
  const record: FleetRecord = { pid: host.pid, birth: await birthOf(host.pid), portBase };
  const write = () => writeFile(path, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
  const release = () => rm(path, { force: true });
  try {
    await write();
    return { followsCrash: false, release };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const running = await findRunningFleet(directory, host);
  if (running) {
    throw new OperatorError(
      `A fleet runs over ${directory} already (process ${running.pid}, ports from ${running.portBase}); stop it or choose another --data-dir.`,
    );
  }
  await release();
  await write();
  return { followsCrash: true, release };
}
