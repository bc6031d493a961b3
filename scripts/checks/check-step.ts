/** One thing `npm run check` looks at. */
export interface CheckStep {
  readonly name: string;
  readonly run: () => Promise<CheckOutcome>;
}

/** How a step ended; `output` is what a failed one has to say. */
export interface CheckOutcome {
  readonly ok: boolean;
  readonly output: string;
  /** A figure worth a place in the table even when all is well. */
  readonly note?: string;
}

export interface CheckResult extends CheckOutcome {
  readonly name: string;
  readonly durationMs: number;
}
