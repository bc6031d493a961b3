import { type RateVerdict, takeCell } from './domain/gcra.ts';
import type { Counted } from './domain/rate-rules.ts';

/** Counts in this process alone. */
export interface LocalLimiter {
  readonly take: (counted: Counted) => RateVerdict;
}

const MAX_CALLERS = 10_000;

/** At most 10,000 callers are remembered; beyond that the one that was new longest ago starts anew. */
export function createLocalLimiter(nowMs: () => number): LocalLimiter {
  const dues = new Map<string, number>();
  return {
    take: ({ key, rule }) => {
      const { dueMs, ...verdict } = takeCell(dues.get(key), nowMs(), rule);
      const [oldest] = dues.keys();
      if (!dues.has(key) && dues.size >= MAX_CALLERS && oldest !== undefined) dues.delete(oldest);
      dues.set(key, dueMs);
      return verdict;
    },
  };
}
