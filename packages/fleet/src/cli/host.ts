import process from 'node:process';
import type { Host } from '../host.ts';

/** The process and machine this code runs in. */
export const thisHost = (): Host => ({
  nodePath: process.execPath,
  pid: process.pid,
  uid: process.getuid?.(),
  env: process.env,
  signal: sendSignal,
});

function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else. Anything else is ESRCH: it is gone.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
