import { expect, test } from 'vitest';
import { sumTallies, tallyLine, tallyRun } from './tally.ts';

const report = (counts: object, testResults: readonly object[] = []): object => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults,
  ...counts,
});

test('passed, failed and skipped tests are counted as the report tells', () => {
  const run = tallyRun(report({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }), 1);
  expect(run).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

test('a file that failed as a whole counts as one failure', () => {
  const files = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'skipped' }] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
  ];
  expect(tallyRun(report({ numFailedTests: 1 }, files), 1).failed).toBe(3);
});

test('a run that ends badly is never green, report or none', () => {
  expect(tallyRun(report({ numPassedTests: 3 }), 1).failed).toBe(1);
  expect(tallyRun(undefined, 0).failed).toBe(1);
});

test('the last line says skipped only where something was', () => {
  const all = sumTallies([
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 2, failed: 1, skipped: 0 },
  ]);
  expect(tallyLine(all)).toBe('3 passed, 1 failed');
  expect(tallyLine({ ...all, skipped: 4 })).toBe('3 passed, 1 failed, 4 skipped');
});
