// npm test: everything CI runs. `npm test -- services/alert` runs the tests under that path alone, without the checks.
// The last line is `N passed, N failed`, a step of `npm run check` counting as one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runSteps } from './checks/run-steps.ts';
import { steps } from './checks/steps.ts';
import { runVitest } from './testing/run-vitest.ts';
import { unstableOf } from './testing/second-look.ts';
import { sumTallies, tallyLine } from './testing/tally.ts';
import type { Tally } from './testing/tally.ts';

/**
 * Stage after stage, the lanes of one side by side, the projects of a lane one after the other. What chaos does is mostly
 * waiting, for servers that come back; it is beside the less busy ones, since how long a failover takes is measured. `repo`
 * proves what the others have recorded, that every declared status of every endpoint was seen.
 */
const STAGES = [[['unit']], [['chaos'], ['fleet']], [['bus-chaos'], ['whole-fleet', 'attacks']], [['repo']]] as const;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

const filters = process.argv.slice(2);
const scratch = mkdtempSync(path.join(tmpdir(), 'soc-test-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
// A recording of some of the tests would prove nothing.
const env = filters.length === 0 ? { SOC_CONTRACT_COVERAGE_FILE: path.join(scratch, 'statuses.txt') } : {};

const tallies: [name: string, tally: Tally][] = [];
const failures: string[] = [];
if (filters.length === 0) {
  console.log('Checks');
  const results = await runSteps(steps);
  const passed = results.filter(({ ok }) => ok).length;
  tallies.push(['check', { passed, failed: results.length - passed, skipped: 0 }]);
  failures.push(...results.filter(({ ok }) => !ok).map(({ name }) => `check > ${name}`));
}
const run = async (projects: readonly string[]): Promise<void> => {
  const { signal } = interruption;
  const outcome = await runVitest({ projects, filters, env, scratch, signal });
  tallies.push([projects.join(', '), outcome.tally]);
  const again = (file: string) => runVitest({ projects, filters: [file], env, scratch, signal });
  // Who asked for some of the tests looks for himself.
  const unstable = filters.length > 0 ? new Set() : await unstableOf(outcome.failures, again);
  failures.push(
    ...outcome.failures.map((failure) => `${unstable.has(failure) ? '(not when run alone) ' : ''}${failure.text}`),
  );
};
const runLane = async (lane: readonly string[]): Promise<void> => {
  for (const project of lane) await run([project]);
};
try {
  if (filters.length > 0) await run(STAGES.flat(2));
  else for (const lanes of STAGES) await Promise.all(lanes.map(runLane));
} catch (error) {
  if (!interruption.signal.aborted) throw error;
  console.error('Interrupted.');
  process.exit(130);
}

// What failed is told once more where it is looked for: thousands of lines lie between it and the end.
for (const failure of failures) console.log(`\nFAILED ${failure}`);
const total = sumTallies(tallies.map(([, tally]) => tally));
console.log(`\nSummary after ${Math.round(performance.now() / 1000)} s`);
for (const [name, tally] of tallies) console.log(`  ${name.padEnd(20)}${tallyLine(tally)}`);
console.log(tallyLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
