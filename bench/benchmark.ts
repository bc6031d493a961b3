/** Named results, in the unit their name ends with. */
export type Figures = Readonly<Record<string, number>>;

/** One benchmark; a file `NAME.bench.ts` exports it as `benchmark`. */
export interface Benchmark {
  /** What is aimed for, by figure, as people write it, e.g. `<= 10`. */
  readonly goals: Readonly<Record<string, string>>;
  readonly run: (say: (line: string) => void) => Promise<Figures>;
}

/** Rounded to what a noisy machine can tell. */
export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** The value that `share` (0–1) of the values do not exceed. 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
