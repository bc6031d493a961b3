import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface OpenLoop {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly perS: number;
  readonly forS: number;
  readonly connections: number;
}

const PROGRAM = fileURLToPath(new URL('open-loop.process.ts', import.meta.url));

/** Milliseconds of each request from when it was due until its last byte. Throws when one is not answered 200. */
export async function steadyLatenciesMs(asked: OpenLoop): Promise<readonly number[]> {
  const child = spawn('taskset', ['-c', '1', process.execPath, PROGRAM], {
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  });
  child.stdin?.end(JSON.stringify(asked));
  const told = once(child, 'message');
  const failed = Promise.withResolvers<never>();
  // It may be gone before what it said is read.
  child.once('exit', (code) => code !== 0 && failed.reject(new Error('the steady client failed')));
  const [message] = (await Promise.race([told, failed.promise])) as [{ latenciesMs: readonly number[]; bad: number }];
  if (message.bad > 0) throw new Error(`${message.bad} requests of ${message.latenciesMs.length} failed`);
  return message.latenciesMs;
}
