import type { Logger } from 'pino';

/** One thing after another that has to come to its end, named by what is waited for. */
export type ClosingStep = readonly [waitsFor: string, close: () => unknown];

/** A step that is not done by then is told of. */
const TOLD_AFTER_MS = 10_000;

/**
 * Closes in order, and says what it waits for where that takes long: whoever has to kill the process otherwise learns only that
 * it did not end. A step that fails ends it, as its error.
 */
export async function closeInSteps(
  log: Pick<Logger, 'warn'>,
  steps: readonly ClosingStep[],
  toldAfterMs = TOLD_AFTER_MS,
): Promise<void> {
  for (const [waitsFor, close] of steps) {
    const late = setTimeout(() => log.warn({ waitsFor, forMs: toldAfterMs }, 'still closing'), toldAfterMs);
    late.unref();
    try {
      await close();
    } finally {
      clearTimeout(late);
    }
  }
}
