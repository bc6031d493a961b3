import { z } from 'zod';

/** How many things passed, failed and were skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const Assertion = z.object({
  status: z.string(),
  fullName: z.string().default(''),
  failureMessages: z.array(z.string()).nullish(),
});
const TestFile = z.object({
  status: z.string(),
  name: z.string().default(''),
  message: z.string().default(''),
  assertionResults: z.array(Assertion),
});

/** The part of Vitest's JSON report that is counted. */
const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(TestFile),
});

/** Lines of each failure's message that are told again at the end; the whole of it is further up. */
const MESSAGE_LINES = 12;

const hasFailedAsAWhole = ({ status, assertionResults }: z.infer<typeof TestFile>): boolean =>
  status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed');

/**
 * Counts a run of Vitest. A file that failed as a whole (it did not load, a hook threw) holds no failed test, so it counts
 * as one; so does a run that ended badly although nothing in its report failed, or that left no report.
 */
export function tallyRun(report: unknown, exitCode: number): Tally {
  const parsed = VitestReport.safeParse(report);
  if (!parsed.success) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data;
  const failedFiles = testResults.filter(hasFailedAsAWhole).length;
  const failed = numFailedTests + failedFiles;
  return {
    passed: numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

/** A test that failed, or a file as a whole. */
export interface Failure {
  /** The absolute path of the file. */
  readonly file: string;
  /** File, name and the beginning of the message, for people. */
  readonly text: string;
}

/** What failed in a run of Vitest. Empty without a report. */
export function failuresOf(report: unknown): readonly Failure[] {
  const parsed = VitestReport.safeParse(report);
  if (!parsed.success) return [];
  return parsed.data.testResults.flatMap((file) => {
    const texts = hasFailedAsAWhole(file)
      ? [failureText(file.name, 'the file as a whole', file.message)]
      : file.assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName, failureMessages }) => failureText(file.name, fullName, (failureMessages ?? []).join('\n')));
    return texts.map((text) => ({ file: file.name, text }));
  });
}

function failureText(file: string, name: string, message: string): string {
  const lines = message.split('\n').slice(0, MESSAGE_LINES);
  return [`${file} > ${name}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** The sum of many. */
export const sumTallies = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

/** `12 passed, 0 failed`, and `, 3 skipped` where something was. */
export const tallyLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
