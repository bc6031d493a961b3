import { expect, test } from 'vitest';
import { failuresOf, sumTallies, tallyLine, tallyRun } from './tally.ts';

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

test('what failed is named with its file and the beginning of its message', () => {
  const assertion = {
    status: 'failed',
    fullName: 'a sum is right',
    failureMessages: ['expected 1 to be 2\n  at x.ts:3'],
  };
  const files = [
    { status: 'failed', name: '/a.test.ts', assertionResults: [assertion, { status: 'passed', fullName: 'other' }] },
    { status: 'failed', name: '/b.test.ts', message: 'does not load', assertionResults: [] },
    { status: 'passed', name: '/c.test.ts', assertionResults: [{ status: 'passed' }] },
  ];
  expect(failuresOf(report({ numFailedTests: 1 }, files))).toEqual([
    { file: '/a.test.ts', text: '/a.test.ts > a sum is right\n    expected 1 to be 2\n      at x.ts:3' },
    { file: '/b.test.ts', text: '/b.test.ts > the file as a whole\n    does not load' },
  ]);
  expect(failuresOf(undefined)).toEqual([]);
});
