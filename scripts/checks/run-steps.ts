import type { CheckResult, CheckStep } from './check-step.ts';

/** Steps under way at once; the tools use several threads themselves. */
const CONCURRENCY = 2;

/** Runs `steps`, prints a line as each ends and, last, what the failed ones say. */
export async function runSteps(steps: readonly CheckStep[]): Promise<readonly CheckResult[]> {
  const pending = [...steps];
  const results: CheckResult[] = [];
  const work = async (): Promise<void> => {
    for (let step = pending.shift(); step; step = pending.shift()) {
      const result = await runStep(step);
      results.push(result);
      console.log(row(result));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  for (const { name, output } of results.filter(({ ok }) => !ok)) console.log(`\n── ${name} ──\n${output}`);
  return results;
}

async function runStep({ name, run }: CheckStep): Promise<CheckResult> {
  const startedAt = performance.now();
  const outcome = await run();
  return { name, durationMs: performance.now() - startedAt, ...outcome };
}

function row({ name, ok, durationMs, note }: CheckResult): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  return `  ${name.padEnd(16)}${(ok ? 'ok' : 'failed').padEnd(8)}${seconds.padStart(7)}${note ? `   ${note}` : ''}`;
}
