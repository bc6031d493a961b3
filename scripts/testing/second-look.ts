import type { Failure } from './tally.ts';
import type { VitestRun } from './run-vitest.ts';

/** More files than this do not fail by chance. */
const MOST_FILES = 2;

/**
 * Of what failed, what does not fail again when its file is run once more, alone: a hint where to look for the fault, which
 * may be in the test or in what it tests. It has failed all the same. Only few files are looked at again.
 */
export async function unstableOf(
  failures: readonly Failure[],
  runFile: (file: string) => Promise<VitestRun>,
): Promise<ReadonlySet<Failure>> {
  const files = [...new Set(failures.map(({ file }) => file))];
  const unstable = new Set<Failure>();
  if (files.length > MOST_FILES) return unstable;
  for (const file of files) {
    const { tally } = await runFile(file);
    if (tally.failed > 0 || tally.passed === 0) continue;
    for (const failure of failures) if (failure.file === file) unstable.add(failure);
  }
  return unstable;
}
