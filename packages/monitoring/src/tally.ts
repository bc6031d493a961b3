/** How an operation has done since the start. */
export interface TallySummary {
  readonly count: number;
  readonly errors: number;
  readonly meanS: number;
  /** Over the last 256 runs. */
  readonly p95S: number;
  readonly maxS: number;
}

/** Counts the runs of one operation, cheaply enough for every statement. */
export interface Tally {
  readonly record: (durationS: number, failed: boolean) => void;
  readonly summary: () => TallySummary;
}

const RECENT_RUNS = 256;

export function createTally(): Tally {
  const recent = new Float64Array(RECENT_RUNS);
  let count = 0;
  let errors = 0;
  let totalS = 0;
  let maxS = 0;
  const percentile95 = (): number => {
    const sorted = recent.subarray(0, Math.min(count, RECENT_RUNS)).toSorted();
    return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
  };
  return {
    record: (durationS, failed) => {
      recent[count % RECENT_RUNS] = durationS;
      count += 1;
      if (failed) errors += 1;
      totalS += durationS;
      if (durationS > maxS) maxS = durationS;
    },
    summary: () => ({ count, errors, meanS: count === 0 ? 0 : totalS / count, p95S: percentile95(), maxS }),
  };
}
