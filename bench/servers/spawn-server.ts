import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { connect } from 'node:net';
import { waitFor } from '@soc/fleet/testing';

/** A server that this benchmark has started, and ends. */
export interface Server {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

async function answersAt(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

/** Starts a server in the foreground and waits until it listens. Its output goes to `logFile`. */
export async function spawnServer(
  program: string,
  args: readonly string[],
  options: { readonly port: number; readonly logFile: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Server> {
  const log = openSync(options.logFile, 'a');
  const child = spawn(program, args, { stdio: ['ignore', log, log], ...(options.env && { env: options.env }) });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill); // a benchmark that breaks off leaves no server behind
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  await waitFor(() => child.exitCode !== null || answersAt(options.port), {
    deadlineMs: READY_WITHIN_MS,
    everyMs: 100,
  });
  if (child.exitCode !== null) throw new Error(`${program} ended: see ${options.logFile}`);
  return {
    pid,
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(force);
      process.off('exit', kill);
    },
  };
}
