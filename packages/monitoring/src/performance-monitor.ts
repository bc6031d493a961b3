import { Histogram, type Registry } from 'prom-client';

export interface OperationSummary {
  readonly operation: string;
  readonly count: number;
  readonly errors: number;
  readonly meanS: number;
  readonly p95S: number;
  readonly maxS: number;
}

export interface SlowOperation {
  readonly operation: string;
  readonly durationS: number;
  readonly at: string;
  readonly failed: boolean;
}

export interface PerformanceMonitor {
  /** Times `work` and files it under `operation` (a bounded set of names, never ids). Rethrows what it throws. */
  readonly measure: <T>(operation: string, work: () => Promise<T>) => Promise<T>;
  readonly record: (operation: string, durationS: number, failed?: boolean) => void;
  /** Per operation since the start; the 95th percentile is over its last 256 runs. */
  readonly getPerformanceSummary: () => readonly OperationSummary[];
  /** The last 200 operations that took at least `thresholdS` seconds, newest first. Nothing under 0.1 s is remembered. */
  readonly getSlowOperations: (options: { readonly thresholdS: number }) => readonly SlowOperation[];
}

const RECENT_RUNS = 256;
const REMEMBERED_SLOW = 200;
const SLOW_FLOOR_S = 0.1;

interface Tally {
  count: number;
  errors: number;
  totalS: number;
  maxS: number;
  readonly recent: Float64Array;
}

const percentile95 = ({ recent, count }: Tally): number => {
  const sorted = recent.subarray(0, Math.min(count, RECENT_RUNS)).toSorted();
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
};

/** Measures named operations, for Prometheus (`soc_operation_duration_seconds`) and for people. */
export function createPerformanceMonitor(options: {
  readonly registry: Registry;
  readonly now: () => Date;
}): PerformanceMonitor {
  const tallies = new Map<string, Tally>();
  const slow: SlowOperation[] = [];
  const histogram = new Histogram({
    name: 'soc_operation_duration_seconds',
    help: 'Duration of named operations inside the service.',
    labelNames: ['operation'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [options.registry],
  });

  const record = (operation: string, durationS: number, failed = false): void => {
    const tally = tallies.get(operation) ?? {
      count: 0,
      errors: 0,
      totalS: 0,
      maxS: 0,
      recent: new Float64Array(RECENT_RUNS),
    };
    tally.recent[tally.count % RECENT_RUNS] = durationS;
    tally.count += 1;
    tally.errors += failed ? 1 : 0;
    tally.totalS += durationS;
    tally.maxS = Math.max(tally.maxS, durationS);
    tallies.set(operation, tally);
    histogram.observe({ operation }, durationS);
    if (durationS < SLOW_FLOOR_S) return;
    slow.push({ operation, durationS, at: options.now().toISOString(), failed });
    if (slow.length > REMEMBERED_SLOW) slow.shift();
  };

  return {
    record,
    measure: async (operation, work) => {
      const startedAt = performance.now();
      let failed = true;
      try {
        const result = await work();
        failed = false;
        return result;
      } finally {
        record(operation, (performance.now() - startedAt) / 1000, failed);
      }
    },
    getPerformanceSummary: () =>
      [...tallies].map(([operation, tally]) => ({
        operation,
        count: tally.count,
        errors: tally.errors,
        meanS: tally.totalS / tally.count,
        p95S: percentile95(tally),
        maxS: tally.maxS,
      })),
    getSlowOperations: ({ thresholdS }) => slow.filter(({ durationS }) => durationS >= thresholdS).toReversed(),
  };
}
