import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerAnswer, WorkerOrder, WorkerRole } from './worker-protocol.ts';

export interface Worker {
  readonly pid: number;
  readonly order: (order: WorkerOrder) => void;
  /** The next answer. Throws when the process ends instead. */
  readonly answer: () => Promise<WorkerAnswer>;
  readonly stop: () => Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('worker.process.ts', import.meta.url));
const STOP_WITHIN_MS = 10_000;

/** Starts a publisher or a consumer in a process of its own and waits until it is ready. */
export async function startWorker(role: WorkerRole): Promise<Worker> {
  const child = fork(PROGRAM, [JSON.stringify(role)]);
  const ended = new AbortController();
  const exit = once(child, 'exit').then(() => ended.abort(new Error(`a worker of ${role.contender} ended`)));
  const answers = on(child, 'message', { signal: ended.signal });
  const answer = async (): Promise<WorkerAnswer> => {
    const { value } = await answers.next();
    // The worker answers with nothing else.
    const [message] = value as [WorkerAnswer];
    return message;
  };
  await answer();
  const { pid } = child;
  if (pid === undefined) throw new Error('the worker has no process');
  return {
    pid,
    answer,
    order: (order) => void child.send(order),
    stop: async () => {
      child.send({ kind: 'stop' });
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exit;
      clearTimeout(force);
    },
  };
}
