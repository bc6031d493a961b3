import { readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from './host.ts';
import { OperatorError } from './operator-error.ts';

const STOP_WITHIN_MS = 15_000;

/** Whether a process really works in a folder, and is not a stranger that got the id of a dead one. Linux only. */
export async function isWorkingIn(directory: string, pid: number): Promise<boolean> {
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingFolder === directory;
}

/** Stops a process that a killed fleet left behind, and waits until it is gone. */
export async function stopStrayProcess(pid: number, politeSignal: NodeJS.Signals, host: Host): Promise<void> {
  host.signal(pid, politeSignal);
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (host.signal(pid, 0)) {
    if (performance.now() > deadline) {
      throw new OperatorError(`Process ${pid}, left behind by a fleet that was killed, does not stop; kill it.`);
    }
    await delay(50);
  }
}
