import { expect, test } from 'vitest';
import type { VitestRun } from './run-vitest.ts';
import { lookAgain } from './second-look.ts';

const failing = (...files: string[]): VitestRun => ({
  tally: { passed: 10, failed: files.length, skipped: 1 },
  failures: files.map((file) => ({ file, text: `${file} > a test` })),
});
const passing: VitestRun = { tally: { passed: 3, failed: 0, skipped: 0 }, failures: [] };

test('what does not fail a second time is no failure, and is told as unstable', async () => {
  const run = await lookAgain(failing('a', 'b'), (file) => Promise.resolve(file === 'a' ? passing : failing('b')));
  expect(run).toEqual({
    tally: { passed: 11, failed: 1, skipped: 1 },
    failures: [{ file: 'b', text: 'b > a test' }],
    unstable: [{ file: 'a', text: 'a > a test' }],
  });
});

test('a file of which nothing runs the second time stays failed', async () => {
  const nothing = { tally: { passed: 0, failed: 0, skipped: 3 }, failures: [] };
  const { tally, failures } = await lookAgain(failing('a'), () => Promise.resolve(nothing));
  expect([tally.failed, failures]).toEqual([1, failing('a').failures]);
});

test('many files, or a run that ended badly by itself, are not looked at again', async () => {
  const never = () => Promise.reject(new Error('looked at again'));
  const bad = { tally: { passed: 3, failed: 1, skipped: 0 }, failures: [] };
  for (const run of [failing('a', 'b', 'c'), bad, passing]) {
    expect(await lookAgain(run, never)).toEqual({ ...run, unstable: [] });
  }
});
