import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerNews, WorkerOrder, WorkerRole } from './worker-role.ts';

/** A process of a service, which may be killed and started again. */
export interface BusWorker {
  /** Resolves when it runs; `changes` to its role last. Does nothing after `stop`. */
  readonly start: (changes?: Partial<WorkerRole>) => Promise<void>;
  /** Resolves when it has said so since its last start. */
  readonly says: (news: WorkerNews) => Promise<void>;
  /** Resolves when all dead letters of its service have been given to the handler once more. */
  readonly replayLetters: () => Promise<void>;
  /** Resolves when it has ended, by whatever. */
  readonly ended: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Politely; harmless when it does not run. */
  readonly stop: () => Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('worker.process.ts', import.meta.url));
const STOP_WITHIN_MS = 15_000;

export function createBusWorker(first: WorkerRole): BusWorker {
  let role = first;
  let child: ChildProcess | undefined;
  let isRetired = false;
  let heard = new Map<WorkerNews, PromiseWithResolvers<void>>();

  const expected = (news: WorkerNews): PromiseWithResolvers<void> => {
    const one = heard.get(news) ?? Promise.withResolvers<void>();
    heard.set(news, one);
    return one;
  };
  const ended = async (): Promise<void> => {
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child?.kill(signal);
    await ended();
  };
  return {
    start: async (changes = {}) => {
      if (isRetired) return;
      role = { ...role, ...changes };
      heard = new Map();
      child = fork(PROGRAM, [JSON.stringify(role)]);
      child.on('message', (news: WorkerNews) => expected(news).resolve());
      await Promise.race([
        expected('ready').promise,
        ended().then(() => {
          throw new Error(`${role.instanceId} ended before it was ready`);
        }),
      ]);
    },
    says: (news) => expected(news).promise,
    replayLetters: async () => {
      child?.send('replay' satisfies WorkerOrder);
      await expected('replayed').promise;
    },
    ended,
    kill: () => end('SIGKILL'),
    stop: async () => {
      isRetired = true;
      const force = setTimeout(() => child?.kill('SIGKILL'), STOP_WITHIN_MS);
      await end('SIGTERM');
      clearTimeout(force);
    },
  };
}
