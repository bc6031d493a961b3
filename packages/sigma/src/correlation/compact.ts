import type { CompiledCorrelation } from './compiled-correlation.ts';
import type { WindowEntry, WindowState } from './window-state.ts';

/**
 * Forgets what no window can need any more, then, where that is exact, what changes no firing; both proven by the test
 * against the oracle. At last the oldest beyond `maxEntries`, which are counted in `dropped`.
 *
 * A window ends at `settled` or later and reaches one timespan back, so at most into the span before its own. Of a span:
 * - `events`, `values`, `rules`: the earliest entry of an event, value or rule decides for windows that end in the span, the
 *   newest for those that end in the next. Once it has fired only the latter are left, and of those `enough` different ones.
 * - `ordered`: between two neighbours that are settled nothing comes any more; of a run of one rule the last will do.
 */
export function compact(
  compiled: CompiledCorrelation,
  state: WindowState,
): { readonly state: WindowState; readonly dropped: number } {
  const { timespanMs } = compiled.rule;
  const fired = state.fired.filter((span) => (span + 1) * timespanMs > state.settled);
  const wanted = state.entries.filter(({ at }) => at >= state.settled - timespanMs);
  const entries = shorten(compiled, { ...state, fired, entries: wanted });
  const dropped = Math.max(0, entries.length - compiled.maxEntries);
  return { state: { ...state, fired, entries: dropped > 0 ? entries.slice(dropped) : entries }, dropped };
}

function shorten(
  { rule: { timespanMs }, compaction }: CompiledCorrelation,
  { entries, fired, settled }: WindowState,
): readonly WindowEntry[] {
  if (compaction.kind === 'none') return entries;
  if (compaction.kind === 'ordered') return withoutRuns(entries, settled);
  const { kind, enough } = compaction;
  const spans = Map.groupBy(entries, ({ at }) => Math.floor(at / timespanMs));
  return [...spans].flatMap(([span, ofSpan]) => {
    const isOver = fired.includes(span) || (span + 1) * timespanMs <= settled;
    const keysOf = keysBy[kind];
    const last = firstOfEach(ofSpan.toReversed(), keysOf, isOver ? enough : ofSpan.length);
    const first = isOver ? last : firstOfEach(ofSpan, keysOf, ofSpan.length);
    return ofSpan.filter((entry) => last.has(entry) || first.has(entry));
  });
}

/** What is counted, each once. */
const keysBy: Record<'events' | 'values' | 'rules', (entry: WindowEntry) => readonly unknown[]> = {
  events: ({ id }) => [id],
  values: ({ values = [] }) => values,
  rules: ({ rule }) => [rule],
};

/** For each key the first entry that has it, until there are `enough` keys. */
function firstOfEach(
  entries: readonly WindowEntry[],
  keysOf: (entry: WindowEntry) => readonly unknown[],
  enough: number,
): ReadonlySet<WindowEntry> {
  const seen = new Set<unknown>();
  const kept = new Set<WindowEntry>();
  for (const entry of entries) {
    if (seen.size >= enough) break;
    const fresh = keysOf(entry).filter((key) => !seen.has(key));
    if (fresh.length === 0) continue;
    kept.add(entry);
    for (const key of fresh) seen.add(key);
  }
  return kept;
}

const withoutRuns = (entries: readonly WindowEntry[], settled: number): readonly WindowEntry[] =>
  entries.filter((entry, index) => {
    const next = entries[index + 1];
    return next === undefined || next.at >= settled || next.rule !== entry.rule;
  });
