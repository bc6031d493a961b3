import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the command when it is aborted. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Returns what it wrote to standard error as well. */
  readonly withErrors?: boolean;
}

/** Runs a program and resolves with its standard output. Throws with the end of what it said where it fails. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env, signal, timeoutMs = 120_000, withErrors = false }: CommandOptions,
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    ...(signal && { signal }),
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (child.exitCode === 0) return withErrors ? stdout + stderr : stdout;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-25).join('\n');
  throw new Error(`${program} ${args.join(' ')} ended with ${child.exitCode ?? child.signalCode}:\n${said}`);
}
