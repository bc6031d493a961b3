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
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the steady client ended')));
  const [message] = (await Promise.race([told, ended])) as [{ latenciesMs: readonly number[]; bad: number }];
  ended.catch(() => undefined);
  if (message.bad > 0) throw new Error(`${message.bad} requests of ${message.latenciesMs.length} failed`);
  return message.latenciesMs;
}
