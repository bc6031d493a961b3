import { spawn } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from '../repository-root.ts';
import type { CheckOutcome, CheckStep } from './check-step.ts';

/** A step that runs a program of the workspace (`node_modules/.bin` comes first on the PATH) and passes when it exits with 0. */
export const toolStep = (name: string, command: string, args: readonly string[]): CheckStep => ({
  name,
  run: () => runTool(command, args),
});

function runTool(command: string, args: readonly string[]): Promise<CheckOutcome> {
  const searchPath = [path.join(repositoryRoot, 'node_modules/.bin'), process.env['PATH']].join(path.delimiter);
  const child = spawn(command, args, {
    cwd: repositoryRoot,
    env: { ...process.env, PATH: searchPath, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: `${command}: ${error.message}` }));
    child.on('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}
