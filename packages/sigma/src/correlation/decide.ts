import { compact } from './compact.ts';
import type { CompiledCorrelation } from './compiled-correlation.ts';
import { judge, type PassedOn, type WindowFiring } from './judge.ts';
import { byTime, EMPTY_WINDOW, type WindowEntry, type WindowState } from './window-state.ts';

export interface WindowDecision {
  readonly state: WindowState;
  readonly fired: readonly WindowFiring[];
  readonly passedOn: readonly PassedOn[];
  /** Events too late to be counted. */
  readonly late: number;
  /** Old events, and moments for other correlations, that were forgotten because there were too many. */
  readonly dropped: number;
}

/**
 * Takes events of one group into its window. The window of a moment is the timespan before it, both ends included; it is
 * judged at the moments at which events happened. A prompt rule (`isPrompt`) is judged with what is known, and again when
 * an earlier event arrives; any other once the moment has settled, that is, an event of the group is later by more than
 * the lateness. Events before that are late. One firing a span: which spans fire is a function of the set of events, whatever
 * their order, as long as none is late.
 */
export function decide(
  compiled: CompiledCorrelation,
  known: WindowState | undefined,
  arriving: readonly WindowEntry[],
): WindowDecision {
  const before = known ?? EMPTY_WINDOW;
  const { accepted, late } = sift(before, arriving, compiled);
  if (accepted.length === 0) return { state: before, fired: [], passedOn: [], late, dropped: 0 };
  const newest = accepted.reduce((latest, { at }) => Math.max(latest, at), before.newest);
  const settled = Math.max(before.settled, newest - compiled.latenessMs);
  const replaced = new Set(accepted.map((entry) => keyOf(entry, compiled)));
  const kept = before.entries.filter((entry) => !replaced.has(keyOf(entry, compiled)));
  const entries = [...kept, ...accepted].toSorted(byTime);
  const { untold, ...judged } = judge(
    compiled,
    { ...before, newest, settled, entries },
    before.settled,
    new Set(accepted),
  );
  const { state, dropped } = compact(compiled, judged.state);
  return { ...judged, state, late, dropped: dropped + untold };
}

/** Judges all that waits, when nothing has arrived for so long that nothing more is expected; what comes then is late. */
export function settle(compiled: CompiledCorrelation, known: WindowState): WindowDecision {
  const state = { ...known, settled: Math.max(known.settled, known.newest + 1) };
  const { untold, ...judged } = judge(compiled, state, known.settled, new Set());
  const compacted = compact(compiled, judged.state);
  return { ...judged, state: compacted.state, late: 0, dropped: compacted.dropped + untold };
}

/** Whether a state has moments still to be judged by `settle`. */
export const isWaiting = ({ isPrompt }: CompiledCorrelation, { entries, settled }: WindowState): boolean =>
  !isPrompt && entries.some(({ at }) => at >= settled);

/** An event of several of the rules counts once, unless it matters which rules have matched. */
function keyOf({ id, rule, at, values, carried }: WindowEntry, { rule: { type } }: CompiledCorrelation): string {
  const ofRule = type === 'temporal' || type === 'temporal_ordered' ? rule : '';
  return id.startsWith(FIRING_PREFIX) ? JSON.stringify([id, ofRule, at, values, carried]) : `${ofRule} ${id}`;
}

/** What the id of a correlation's match begins with: it has an entry for each moment and for what its events carry. */
export const FIRING_PREFIX = 'correlation:';

function sift(before: WindowState, arriving: readonly WindowEntry[], compiled: CompiledCorrelation) {
  const entries = new Map(before.entries.map((entry) => [keyOf(entry, compiled), entry]));
  const accepted = new Map<string, WindowEntry>();
  let late = 0;
  for (const entry of arriving) {
    const key = keyOf(entry, compiled);
    const same = accepted.get(key) ?? entries.get(key);
    // Of an event that several rules match, the first rule's word, whichever arrives first.
    if (same && same.rule <= entry.rule) continue;
    if (entry.at < before.settled) late += same ? 0 : 1;
    else accepted.set(key, entry);
  }
  return { accepted: [...accepted.values()], late };
}
