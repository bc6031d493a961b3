import type { VitestRun } from './run-vitest.ts';
import type { Tally } from './tally.ts';

/** More files than this do not fail by chance. */
const MOST_FILES = 2;

/** A run whose failures were looked at again: `unstable` are those that did not fail a second time. */
export interface SettledRun extends VitestRun {
  readonly unstable: VitestRun['failures'];
}

/**
 * Runs the files that failed once more, alone, when they are few: real servers on a shared machine sometimes answer later
 * than any deadline. What fails again is a failure; what does not is unstable, told by name and to be mended. A run that
 * ended badly without naming a file is never looked at again.
 */
export async function lookAgain(run: VitestRun, runFile: (file: string) => Promise<VitestRun>): Promise<SettledRun> {
  const files = [...new Set(run.failures.map(({ file }) => file))];
  if (files.length === 0 || files.length > MOST_FILES || run.tally.failed !== run.failures.length) {
    return { ...run, unstable: [] };
  }
  let { tally } = run;
  const failures: VitestRun['failures'][number][] = [];
  const unstable: VitestRun['failures'][number][] = [];
  for (const file of files) {
    const before = run.failures.filter((failure) => failure.file === file);
    const again = await runFile(file);
    if (again.tally.failed === 0 && again.tally.passed > 0) {
      unstable.push(...before);
      tally = settled(tally, before.length);
    } else failures.push(...(again.failures.length > 0 ? again.failures : before));
  }
  return { tally, failures, unstable };
}

const settled = ({ passed, failed, skipped }: Tally, count: number): Tally => ({
  passed: passed + count,
  failed: failed - count,
  skipped,
});
