import { expect, test } from 'vitest';
import type { VitestRun } from './run-vitest.ts';
import { unstableOf } from './second-look.ts';
import type { Failure } from './tally.ts';

const failuresIn = (...files: string[]): readonly Failure[] =>
  files.map((file) => ({ file, text: `${file} > a test` }));
const run = (passed: number, failed: number): VitestRun => ({ tally: { passed, failed, skipped: 0 }, failures: [] });

test('what does not fail a second time is told as unstable, what fails again or does not run is not', async () => {
  const failures = failuresIn('a', 'b');
  expect([...(await unstableOf(failures, (file) => Promise.resolve(file === 'a' ? run(3, 0) : run(2, 1))))]).toEqual([
    { file: 'a', text: 'a > a test' },
  ]);
  expect((await unstableOf(failures, () => Promise.resolve(run(0, 0)))).size).toBe(0);
});

test('many files are not looked at again', async () => {
  const never = () => Promise.reject(new Error('looked at again'));
  expect((await unstableOf(failuresIn('a', 'b', 'c'), never)).size).toBe(0);
});
