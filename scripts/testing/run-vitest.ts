import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../repository-root.ts';
import { failuresOf, tallyRun } from './tally.ts';
import type { Failure, Tally } from './tally.ts';

const vitest = path.join(repositoryRoot, 'node_modules/vitest/vitest.mjs');

export interface VitestRun {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
}

/** Runs `projects` of vitest.config.ts, showing their output as it comes; `scratch` is a folder for the report. */
export async function runVitest(options: {
  readonly projects: readonly string[];
  readonly filters: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly scratch: string;
  /** Ends the run; the promise then rejects. */
  readonly signal: AbortSignal;
}): Promise<VitestRun> {
  const { projects, filters, env, scratch, signal } = options;
  const reportFile = path.join(scratch, `${projects.join('-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const chosen = projects.map((project) => `--project=${project}`);
  const child = spawn(process.execPath, [vitest, 'run', ...chosen, ...reporters, ...filters], {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
  const report: unknown = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined;
  return { tally: tallyRun(report, exitCode), failures: failuresOf(report) };
}
