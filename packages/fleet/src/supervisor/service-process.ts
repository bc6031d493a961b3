import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { LogFile } from './log-file.ts';
import type { ProcessSpec } from './process-spec.ts';

export interface ServiceProcess {
  readonly name: string;
  readonly nodePath: string;
  readonly nodeFlags: readonly string[];
  readonly mainFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when the service is ready. */
  readonly healthUrl: string;
  /** Of the data servers it works with, which must outlive it. */
  readonly lifelines: () => readonly Writable[];
  readonly log: LogFile;
}

const HEALTH_TIMEOUT_MS = 2_000;

/** Longer than the 10 s that a service gives itself to stop. */
const STOP_WITHIN_MS = 12_000;

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
  await answer.body?.cancel();
  return answer.ok;
}

/**
 * How to run a service. It has an IPC channel and closes gracefully when that breaks, so no service outlives its
 * supervisor; it is its own process group, so a Ctrl-C of the terminal reaches it in our order only.
 */
export function serviceSpec(service: ServiceProcess): ProcessSpec {
  return {
    name: service.name,
    spawn: () => spawnService(service),
    isReady: () => isHealthy(service.healthUrl),
    readyWithinMs: 60_000,
    politeSignal: 'SIGTERM',
    forceSignal: 'SIGKILL',
    stopWithinMs: STOP_WITHIN_MS,
    log: service.log,
  };
}

function spawnService({ nodePath, nodeFlags, mainFile, env, lifelines, log }: ServiceProcess): ChildProcess {
  return spawn(nodePath, [...nodeFlags, mainFile], {
    stdio: ['ignore', log.fd, log.fd, 'ipc', ...lifelines()],
    detached: true,
    env,
  });
}
