import type { WindowEntry } from './window-state.ts';

/** What a rule measures in a window, as entries join at its end and leave at its start, both in the order of `byTime`. */
export interface Measure {
  readonly add: (entry: WindowEntry) => void;
  readonly remove: (entry: WindowEntry) => void;
  readonly holds: () => boolean;
  /** What was compared, for people. */
  readonly measured: () => number;
}
