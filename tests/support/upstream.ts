import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@soc/fleet/testing';
import type { Env } from '@soc/service-kit';

/** An instance of a service in a process of its own. */
export interface Upstream {
  readonly url: string;
  readonly pid: () => number;
  /** Resolves when it answers. */
  readonly start: () => Promise<void>;
  /** Holds its process still; its connections stay open. */
  readonly freeze: () => void;
  /** `kill -9`; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Politely, as an orchestrator does; resolves when it is gone. Harmless when it does not run. */
  readonly stop: () => Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('upstream.process.ts', import.meta.url));

const isRunning = (child: ChildProcess | undefined): child is ChildProcess =>
  child !== undefined && child.exitCode === null && child.signalCode === null;

/** `env` is that of a service of the tests; the instance listens where it is told. */
export function createUpstream(env: Env, { host, port }: { readonly host: string; readonly port: number }): Upstream {
  const url = `http://${host}:${port}`;
  let child: ChildProcess | undefined;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (!isRunning(child)) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return {
    url,
    pid: () => child?.pid ?? 0,
    start: async () => {
      child = fork(PROGRAM, [], {
        env: { ...env, SOC_HOST: host, PORT: String(port), INSTANCE_ID: `alert-${host}-${port}` },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await waitFor(async () => (await fetch(`${url}/health/live`)).ok, { deadlineMs: 30_000 });
    },
    freeze: () => void child?.kill('SIGSTOP'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
