/** One event, or one match of a correlation, as a window remembers it. Plain JSON. */
export interface WindowEntry {
  /** Of the event; of the firing for a match of a correlation, which several entries may share. */
  readonly id: string;
  /** Event time, milliseconds since 1970. */
  readonly at: number;
  /** Its rule's place among `rules` of the correlation. */
  readonly rule: number;
  /** What the rule counts or computes with. */
  readonly values?: readonly (string | number)[];
  /** The fields that correlations of this correlation ask for, by canonical name. */
  readonly carried?: Readonly<Record<string, readonly string[]>>;
}

/** All that is remembered of one rule and group. Plain JSON, bounded: see `compact`. */
export interface WindowState {
  /** The latest event time. */
  readonly newest: number;
  /** Before this time nothing is accepted any more, so every window that ends before it has been judged for good. */
  readonly settled: number;
  /** Spans (event time divided by the timespan, rounded down) that have fired and may still be asked about. */
  readonly fired: readonly number[];
  /** By time, then id. */
  readonly entries: readonly WindowEntry[];
}

export const EMPTY_WINDOW: WindowState = {
  newest: Number.MIN_SAFE_INTEGER,
  settled: Number.MIN_SAFE_INTEGER,
  fired: [],
  entries: [],
};

export const byTime = (a: WindowEntry, b: WindowEntry): number =>
  a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) || a.rule - b.rule;
