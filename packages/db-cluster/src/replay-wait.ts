import { setTimeout as delay } from 'node:timers/promises';
import type { Lsn } from './lsn.ts';
import { within } from './within.ts';

const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 16;

/** One poll of the replica serves everybody who waits for it; one that hangs keeps nobody longer than asked for. */
export function createReplayWait(ask: () => Promise<Lsn | undefined>) {
  const replayed = sharing(ask);
  return async (lsn: Lsn, withinMs: number): Promise<boolean> => {
    const deadlineMs = performance.now() + withinMs;
    for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_POLL_MS)) {
      const leftMs = Math.max(1, deadlineMs - performance.now());
      const reached = await within(replayed(), leftMs).catch(() => undefined);
      if (reached === undefined) return false;
      if (reached >= lsn) return true;
      if (performance.now() + pauseMs > deadlineMs) return false;
      await delay(pauseMs);
    }
  };
}

/** Callers that come while one call is under way share its answer. */
function sharing<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
