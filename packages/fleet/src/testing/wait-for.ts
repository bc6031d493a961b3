import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `condition` holds or returns something; a rejection counts as not yet. Throws after `deadlineMs` (30 s) with
 * what the condition last said.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: { readonly deadlineMs?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, null | undefined | false>> {
  const { deadlineMs = 30_000, everyMs = 25 } = options;
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let failure: unknown;
    try {
      const outcome = await condition();
      if (isSomething(outcome)) return outcome;
      failure = outcome;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`nothing came of it in ${deadlineMs} ms`, { cause: failure });
    }
    await delay(everyMs);
  }
}

const isSomething = <T>(outcome: T): outcome is Exclude<T, null | undefined | false> =>
  outcome !== null && outcome !== undefined && outcome !== false;
