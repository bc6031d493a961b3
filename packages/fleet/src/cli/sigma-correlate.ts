import {
  type CompiledCorrelation,
  type CorrelationOptions,
  type CorrelationRule,
  type Correlations,
  createCorrelations,
  decide,
  type DetectionRule,
  type Group,
  isWaiting,
  type Match,
  type PassedOn,
  type Refusal,
  settle,
  type EventView,
  type WindowEntry,
  type WindowFiring,
} from '@soc/sigma';

/** Where an event was read. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A correlation that came true; the place is that of its last event. */
export interface CorrelationMatch extends Place {
  readonly rule: CorrelationRule;
  /** Of `group-by`, by name. */
  readonly group: Readonly<Record<string, string>>;
  readonly events: number;
}

/** What is known of one group of one rule before it is judged. */
interface Window {
  readonly group: Group;
  readonly entries: WindowEntry[];
}

/** How the windows of a run are kept. */
export const runWindows: CorrelationOptions = {
  /** Files come in any order, so that nothing is late before the last one has been read. */
  latenessMs: 2 ** 50,
  /** More matches are not kept: they are in memory until the end. */
  maxEntries: 1_000_000,
};

/** Correlates the matches of a whole run, at its end. */
export class RunCorrelation {
  readonly #correlations: Correlations;
  readonly #windows = new Map<string, Map<string, Window>>();
  readonly #places = new Map<string, Place>();
  #events = 0;
  #entries = 0;
  /** Matches that were not counted, for their events have no readable time or there were too many. */
  left = 0;

  constructor(rules: readonly (CorrelationRule | DetectionRule)[]) {
    this.#correlations = createCorrelations(rules, runWindows);
  }

  get refusals(): readonly Refusal[] {
    return this.#correlations.refusals;
  }

  /** Counts the matches of an event, and returns those that are told by themselves. */
  take(view: EventView, matches: readonly Match[], place: Place): readonly Match[] {
    const counted = matches.filter(({ rule }) => this.#correlations.counts(rule.id));
    if (counted.length === 0) return matches;
    this.#events += 1;
    // Padded, for events of one moment are in the order of their ids.
    const eventId = String(this.#events).padStart(15, '0');
    const { timeMs, fields } = view;
    if (timeMs === undefined || this.#entries >= runWindows.maxEntries) this.left += counted.length;
    else {
      this.#places.set(eventId, place);
      for (const { rule } of counted) {
        this.#add(this.#correlations.inputsOf({ ruleId: rule.id, eventId, timeMs, fields }));
      }
    }
    return matches.filter(({ rule }) => this.#correlations.isTold(rule.id));
  }

  /** What came true; call it once, at the end. */
  end(): readonly CorrelationMatch[] {
    const found: CorrelationMatch[] = [];
    for (const compiled of this.#correlations.levels.flat()) {
      for (const { group, entries } of this.#windows.get(compiled.rule.id)?.values() ?? []) {
        const { fired, passedOn } = judgeAll(compiled, entries);
        const matches = fired.map((firing) => this.#matchOf(compiled.rule, group, firing));
        this.#passOn(compiled.rule.id, group, passedOn, matches.at(-1));
        if (this.#correlations.isTold(compiled.rule.id)) found.push(...matches);
      }
    }
    return found;
  }

  #add(inputs: ReturnType<Correlations['inputsOf']>): void {
    for (const { ruleId, group, entry } of inputs) {
      const ofRule = this.#windows.get(ruleId) ?? new Map<string, Window>();
      this.#windows.set(ruleId, ofRule);
      const window = ofRule.get(group.key) ?? { group, entries: [] };
      ofRule.set(group.key, window);
      window.entries.push(entry);
      this.#entries += 1;
    }
  }

  #passOn(ruleId: string, group: Group, passedOn: readonly PassedOn[], last: Place | undefined): void {
    const inputs = this.#correlations.inputsOfCorrelation(ruleId, group, passedOn);
    if (last) for (const { entry } of inputs) this.#places.set(entry.id, last);
    this.#add(inputs);
  }

  #matchOf(rule: CorrelationRule, group: Group, { eventIds, events }: WindowFiring): CorrelationMatch {
    const { file, line } = this.#places.get(eventIds.at(-1) ?? '') ?? { file: '', line: 0 };
    const named = Object.fromEntries(rule.groupBy.map((name, index) => [name, group.values[index] ?? '']));
    return { rule, group: named, events, file, line };
  }
}

function judgeAll(
  compiled: CompiledCorrelation,
  entries: readonly WindowEntry[],
): { readonly fired: readonly WindowFiring[]; readonly passedOn: readonly PassedOn[] } {
  const decided = decide(compiled, undefined, entries);
  if (!isWaiting(compiled, decided.state)) return decided;
  const settled = settle(compiled, decided.state);
  return { fired: [...decided.fired, ...settled.fired], passedOn: [...decided.passedOn, ...settled.passedOn] };
}
