import { execFileSync } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { Figures } from './benchmark.ts';

const machine = (): string => {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
};

/** Appends the figures to `bench/results.md`, with commit, machine and date. */
export async function recordFigures(name: string, figures: Figures): Promise<void> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const cells = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
  await appendFile(
    new URL('results.md', import.meta.url),
    `| ${date} | ${commit} | ${name} | ${cells.join(', ')} | ${machine()} |\n`,
  );
}
