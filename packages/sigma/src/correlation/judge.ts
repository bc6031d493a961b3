import type { CompiledCorrelation } from './compiled-correlation.ts';
import { createMeasure } from './create-measure.ts';
import type { Measure } from './measure.ts';
import type { WindowEntry, WindowState } from './window-state.ts';

/** A correlation that has come true for a group, once for each span of its timespan. */
export interface WindowFiring {
  /** Event time divided by the timespan, rounded down: with rule and group the identity of the firing. */
  readonly span: number;
  /** The earliest moment of the span, as far as is known by now, at which the condition held. */
  readonly at: number;
  readonly measured: number;
  /** Events in the window that ends there, the latest 100. */
  readonly eventIds: readonly string[];
  /** How many there are in all. */
  readonly events: number;
}

/** A moment at which the condition holds, for the correlations that count this one. */
export interface PassedOn {
  readonly span: number;
  readonly at: number;
  /** What one or more events of the window carry. */
  readonly carried: Carried;
}

type Carried = NonNullable<WindowEntry['carried']>;

export interface Judgement {
  readonly state: WindowState;
  readonly fired: readonly WindowFiring[];
  readonly passedOn: readonly PassedOn[];
  /** Moments that were too many to be passed on, the earliest. */
  readonly untold: number;
}

const MAX_EVENT_IDS = 100;

/**
 * Judges moments of a window: of a prompt rule those whose window has a fresh event, of another those that have settled
 * since `settledBefore`.
 */
export function judge(
  { rule, isPrompt, isCounted, maxEntries }: CompiledCorrelation,
  state: WindowState,
  settledBefore: number,
  fresh: ReadonlySet<WindowEntry>,
): Judgement {
  const { timespanMs } = rule;
  const { entries } = state;
  const fired = new Set(state.fired);
  const firings: WindowFiring[] = [];
  const passedOn: PassedOn[] = [];
  let untold = 0;
  const from = isPrompt ? [...fresh].reduce((least, { at }) => Math.min(least, at), Infinity) : settledBefore;
  const window = createWindow(createMeasure(rule), fresh);
  let low = entries.findIndex(({ at }) => at >= from - timespanMs);
  for (let high = Math.max(low, 0); low >= 0 && high < entries.length; high += 1) {
    // Within the bounds of the array.
    const { at } = entries[high] as WindowEntry;
    if (!isPrompt && at >= state.settled) break;
    window.add(entries[high] as WindowEntry);
    // All events of a moment belong to its window.
    if (entries[high + 1]?.at === at || at < from) continue;
    for (let first = entries[low]; first && first.at < at - timespanMs; first = entries[low]) {
      window.remove(first);
      low += 1;
    }
    const span = Math.floor(at / timespanMs);
    if (fired.has(span) && !isCounted) continue;
    if ((isPrompt && !window.hasFresh()) || !window.holds()) continue;
    if (!fired.has(span)) {
      firings.push({ span, at, measured: window.measured(), ...eventsOf(entries.slice(low, high + 1)) });
    }
    fired.add(span);
    if (isCounted) passedOn.push(...window.carried().map((fields) => ({ span, at, carried: fields })));
    if (passedOn.length > maxEntries) untold += passedOn.splice(0, passedOn.length - maxEntries).length;
  }
  return { state: { ...state, fired: [...fired] }, fired: firings, passedOn, untold };
}

function createWindow(measure: Measure, fresh: ReadonlySet<WindowEntry>) {
  const carried = new Map<string, { readonly fields: Carried; count: number }>();
  let freshEntries = 0;
  return {
    holds: measure.holds,
    measured: measure.measured,
    hasFresh: () => freshEntries > 0,
    carried: () => [...carried.values()].map(({ fields }) => fields),
    add: (entry: WindowEntry): void => {
      measure.add(entry);
      freshEntries += fresh.has(entry) ? 1 : 0;
      if (!entry.carried) return;
      const key = JSON.stringify(entry.carried);
      const known = carried.get(key);
      if (known) known.count += 1;
      else carried.set(key, { fields: entry.carried, count: 1 });
    },
    remove: (entry: WindowEntry): void => {
      measure.remove(entry);
      freshEntries -= fresh.has(entry) ? 1 : 0;
      if (!entry.carried) return;
      const key = JSON.stringify(entry.carried);
      const known = carried.get(key);
      if (known && known.count > 1) known.count -= 1;
      else carried.delete(key);
    },
  };
}

function eventsOf(window: readonly WindowEntry[]): Pick<WindowFiring, 'eventIds' | 'events'> {
  const ids = [...new Set(window.map(({ id }) => id))];
  return { eventIds: ids.slice(-MAX_EVENT_IDS), events: ids.length };
}
