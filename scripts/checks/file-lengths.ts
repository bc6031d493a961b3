import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../repository-root.ts';
import { isTest, sourceFiles } from '../source-files.ts';
import type { CheckOutcome, CheckStep } from './check-step.ts';

/** Lines a file of code may have; a longer one has more than one reason to change (STYLE). */
const LIMIT_LINES = 300;

interface FileLength {
  readonly file: string;
  readonly lines: number;
}

/** Refuses files that are too long and reports how long they usually are. */
export const fileLengths: CheckStep = {
  name: 'file lengths',
  run: async () => judgeLengths(sourceFiles().map((file) => ({ file, lines: countLines(file) }))),
};

/** The verdict on `lengths`: figures over non-test source, the limit over everything. */
export function judgeLengths(lengths: readonly FileLength[]): CheckOutcome {
  const tooLong = lengths.filter(({ lines }) => lines > LIMIT_LINES);
  const sorted = lengths
    .filter(({ file }) => !isTest(file))
    .map(({ lines }) => lines)
    .toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    ok: tooLong.length === 0,
    output: tooLong.map(({ file, lines }) => `${file}: ${lines} lines, limit ${LIMIT_LINES}`).join('\n'),
    note: `median ${at(0.5)}, p95 ${at(0.95)} of ${sorted.length} files`,
  };
}

const countLines = (file: string): number =>
  readFileSync(path.join(repositoryRoot, file), 'utf8').replace(/\n$/, '').split('\n').length;
