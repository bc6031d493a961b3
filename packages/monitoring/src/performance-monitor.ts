import { Histogram, type Registry } from 'prom-client';
import { createTally, type Tally, type TallySummary } from './tally.ts';

export interface OperationSummary extends TallySummary {
  readonly operation: string;
}

export interface SlowOperation {
  readonly operation: string;
  readonly durationS: number;
  readonly at: string;
  readonly failed: boolean;
  /** Of a statement: the server it ran on. */
  readonly node?: string;
  /** Of a statement: its text, with placeholders in the place of values. */
  readonly statement?: string;
  /** Of a statement, where it was asked for: how the server would run it, or why it does not say. */
  readonly plan?: string;
}

/** Something else that times operations, such as the database cluster its statements. */
export interface OperationSource {
  readonly summaries: () => readonly OperationSummary[];
  /** Newest first. */
  readonly slow: () => readonly SlowOperation[];
  /** The plan of one of `slow`; nothing is executed for it. Never throws. */
  readonly explain: (slow: SlowOperation) => Promise<string | undefined>;
}

export interface SlowQuery {
  readonly thresholdS: number;
  readonly withPlans?: false;
}

export interface PerformanceMonitor {
  /** Times `work` and files it under `operation` (a bounded set of names, never ids). Rethrows what it throws. */
  readonly measure: <T>(operation: string, work: () => Promise<T>) => Promise<T>;
  readonly record: (operation: string, durationS: number, failed?: boolean) => void;
  /** Has the summaries and slow operations of another source told along with those measured here. */
  readonly attach: (source: OperationSource) => void;
  /** Per operation since the start; the 95th percentile is over its last 256 runs. */
  readonly getPerformanceSummary: () => readonly OperationSummary[];
  /**
   * Operations that took at least `thresholdS` seconds, newest first: the last 200 measured here, of which nothing under
   * 0.1 s is remembered, and what the attached sources remember. `withPlans` asks the sources for plans, of the 50 newest.
   */
  readonly getSlowOperations: {
    (options: SlowQuery): readonly SlowOperation[];
    (options: { readonly thresholdS: number; readonly withPlans: true }): Promise<readonly SlowOperation[]>;
  };
}

const REMEMBERED_SLOW = 200;
const SLOW_FLOOR_S = 0.1;
const EXPLAINED = 50;

/** Measures named operations, for Prometheus (`soc_operation_duration_seconds`) and for people. */
export function createPerformanceMonitor(options: {
  readonly registry: Registry;
  readonly now: () => Date;
}): PerformanceMonitor {
  const tallies = new Map<string, Tally>();
  const remembered: SlowOperation[] = [];
  const sources: OperationSource[] = [];
  const histogram = new Histogram({
    name: 'soc_operation_duration_seconds',
    help: 'Duration of named operations inside the service.',
    labelNames: ['operation'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [options.registry],
  });

  const record = (operation: string, durationS: number, failed = false): void => {
    const tally = tallies.get(operation) ?? createTally();
    tallies.set(operation, tally);
    tally.record(durationS, failed);
    histogram.observe({ operation }, durationS);
    if (durationS < SLOW_FLOOR_S) return;
    remembered.push({ operation, durationS, at: options.now().toISOString(), failed });
    if (remembered.length > REMEMBERED_SLOW) remembered.shift();
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
    attach: (source) => {
      sources.push(source);
    },
    getPerformanceSummary: () => [
      ...[...tallies].map(([operation, tally]) => ({ operation, ...tally.summary() })),
      ...sources.flatMap((source) => source.summaries()),
    ],
    // Both shapes are told apart by `withPlans`, which an arrow function cannot declare.
    getSlowOperations: ((asked: { readonly thresholdS: number; readonly withPlans?: boolean }) =>
      asked.withPlans
        ? explainAll(remembered, sources, asked.thresholdS)
        : slowOf(remembered, sources, asked.thresholdS).map(
            ({ slow }) => slow,
          )) as PerformanceMonitor['getSlowOperations'],
  };
}

interface Found {
  readonly slow: SlowOperation;
  readonly source: OperationSource | undefined;
}

function slowOf(
  own: readonly SlowOperation[],
  sources: readonly OperationSource[],
  thresholdS: number,
): readonly Found[] {
  const mine = own.toReversed().map((slow): Found => ({ slow, source: undefined }));
  const theirs = sources.flatMap((source) => source.slow().map((slow): Found => ({ slow, source })));
  const all = [...mine, ...theirs].filter(({ slow }) => slow.durationS >= thresholdS);
  // Already newest first where there is one source only; sorting keeps the order of equals.
  return theirs.length === 0 ? all : all.toSorted((one, other) => other.slow.at.localeCompare(one.slow.at));
}

async function explainAll(
  own: readonly SlowOperation[],
  sources: readonly OperationSource[],
  thresholdS: number,
): Promise<readonly SlowOperation[]> {
  const explained = slowOf(own, sources, thresholdS).map(async ({ slow, source }, index) => {
    const plan = index < EXPLAINED ? await source?.explain(slow) : undefined;
    return plan === undefined ? slow : { ...slow, plan };
  });
  return Promise.all(explained);
}
