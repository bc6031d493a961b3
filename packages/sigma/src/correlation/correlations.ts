import { baseOf } from '../aggregation-base.ts';
import type { FieldValue } from '../event-view.ts';
import { canonicalField } from '../event-view.ts';
import type { CorrelationRule, Refusal } from '../rule.ts';
import {
  capacityOf,
  type CompiledCorrelation,
  compactionOf,
  type CountableRule,
  isPrompt,
} from './compiled-correlation.ts';
import { FIRING_PREFIX } from './decide.ts';
import { distinctValuesOf, type FieldSource, type Group, groupOf, numbersOf, textsOf } from './event-fields.ts';
import type { PassedOn } from './judge.ts';
import { levelsOf } from './levels.ts';
import type { WindowEntry } from './window-state.ts';

/** A match of a detection rule, as far as correlations ask about it. */
export interface RuleMatch {
  readonly ruleId: string;
  /** One event has one id, however often it is delivered. */
  readonly eventId: string;
  /** Event time, milliseconds since 1970. */
  readonly timeMs: number;
  /** As in `EventView`. */
  readonly fields: ReadonlyMap<string, FieldValue | readonly FieldValue[]>;
}

/** An entry on its way to the window of a correlation rule and a group. */
export interface CorrelationInput {
  readonly ruleId: string;
  readonly group: Group;
  readonly entry: WindowEntry;
}

export interface Correlations {
  /** A rule is on a later level than the correlations it counts. */
  readonly levels: readonly (readonly CompiledCorrelation[])[];
  /** Correlation rules that cannot be run, and why. */
  readonly refusals: readonly Refusal[];
  readonly find: (ruleId: string) => CompiledCorrelation | undefined;
  /** Whether any correlation counts the matches of a rule. */
  readonly counts: (ruleId: string) => boolean;
  /**
   * Whether a rule's matches, or a correlation's firings, are told by themselves: unless correlations count them and none of
   * those generates (specification 2.1, "Generate"). What an aggregation counts is never told, not even where that is refused.
   */
  readonly isTold: (ruleId: string) => boolean;
  readonly inputsOf: (match: RuleMatch) => readonly CorrelationInput[];
  /** What a correlation's window passes on to those that count it. */
  readonly inputsOfCorrelation: (
    ruleId: string,
    group: Group,
    passedOn: readonly PassedOn[],
  ) => readonly CorrelationInput[];
}

export interface CorrelationOptions {
  /** How much earlier than the latest event of its group an event may be and still count. */
  readonly latenessMs: number;
  /** Events a window remembers at most. */
  readonly maxEntries: number;
}

/** Prepares the correlation rules among `rules`; those they count have to be there too. */
export function createCorrelations(rules: readonly CountableRule[], options: CorrelationOptions): Correlations {
  const { levels, refusals } = levelsOf(rules, options.maxEntries);
  const usable = levels.flat();
  const parents = new Map<string, CorrelationRule[]>();
  for (const parent of usable) {
    for (const id of parent.rules) parents.set(id, [...(parents.get(id) ?? []), parent]);
  }
  const bases = new Set(rules.map((rule) => (rule.kind === 'correlation' ? baseOf(rule) : undefined)));
  const carried = carriedFields(usable, parents);
  const compiled = new Map(
    usable.map((rule): [string, CompiledCorrelation] => {
      const isCounted = parents.has(rule.id);
      const compaction = compactionOf(rule, isCounted);
      const fields = carried.get(rule.id) ?? [];
      const maxEntries = capacityOf(rule, compaction, options);
      const decided = { isPrompt: isPrompt(rule), compaction, isCounted, carried: fields };
      return [rule.id, { rule, ...decided, latenessMs: options.latenessMs, maxEntries }];
    }),
  );
  const parentsOf = (id: string): readonly CompiledCorrelation[] =>
    (parents.get(id) ?? []).flatMap((rule) => compiled.get(rule.id) ?? []);
  const inputsFor = (ruleId: string, event: { readonly id: string; readonly at: number }, fields: FieldSource) =>
    parentsOf(ruleId).flatMap((parent) => inputOf(parent, ruleId, event, fields) ?? []);
  return {
    levels: levels.map((level) => level.flatMap(({ id }) => compiled.get(id) ?? [])),
    refusals,
    find: (ruleId) => compiled.get(ruleId),
    counts: (ruleId) => parents.has(ruleId),
    isTold: (ruleId) => parents.get(ruleId)?.some(({ generate }) => generate) ?? !bases.has(ruleId),
    inputsOf: ({ ruleId, eventId, timeMs, fields }) =>
      inputsFor(ruleId, { id: eventId, at: timeMs }, (field) => fields.get(field)),
    inputsOfCorrelation: (ruleId, group, passedOn) =>
      passedOn.flatMap(({ span, at, carried: fields }) =>
        inputsFor(
          ruleId,
          { id: FIRING_PREFIX + JSON.stringify([ruleId, group.key, span]), at },
          (field) => fields[field],
        ),
      ),
  };
}

/** The field that a name of `group-by`, or of the condition, stands for in the events of one of the rules. */
function fieldIn({ aliases }: CorrelationRule, ruleId: string, name: string): string {
  const asked = canonicalField(name);
  const alias = [...aliases.keys()].find((each) => canonicalField(each) === asked);
  return (alias !== undefined && aliases.get(alias)?.get(ruleId)) || name;
}

function inputOf(
  { rule, isCounted, carried }: CompiledCorrelation,
  ruleId: string,
  { id, at }: { readonly id: string; readonly at: number },
  fields: FieldSource,
): CorrelationInput | undefined {
  const group = groupOf(
    fields,
    rule.groupBy.map((name) => fieldIn(rule, ruleId, name)),
  );
  const values = valuesOf(rule, ruleId, fields);
  if (!group || values?.length === 0) return undefined;
  const kept = carried.map((name) => [name, textsOf(fields, fieldIn(rule, ruleId, name))] as const);
  const entry = { id, at, rule: rule.rules.indexOf(ruleId) };
  return {
    ruleId: rule.id,
    group,
    entry: {
      ...entry,
      ...(values && { values }),
      ...(isCounted && { carried: Object.fromEntries(kept.filter(([, texts]) => texts.length > 0)) }),
    },
  };
}

function valuesOf(
  rule: CorrelationRule,
  ruleId: string,
  fields: FieldSource,
): readonly (string | number)[] | undefined {
  const names = rule.valueFields.map((name) => fieldIn(rule, ruleId, name));
  switch (rule.type) {
    case 'event_count':
    case 'temporal':
    case 'temporal_ordered':
      return undefined;
    case 'value_count':
      return distinctValuesOf(fields, names);
    case 'value_percentile':
      return rule.percentile === undefined ? distinctValuesOf(fields, names) : numbersOf(fields, names);
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
      return numbersOf(fields, names);
  }
}

/** For each correlation that others count: the fields they, and those that count them, ask for. */
function carriedFields(
  usable: readonly CorrelationRule[],
  parents: ReadonlyMap<string, readonly CorrelationRule[]>,
): ReadonlyMap<string, readonly string[]> {
  const carried = new Map<string, readonly string[]>();
  // Parents come last in `usable`, and know first what they ask for.
  for (const { id } of usable.toReversed()) {
    const asked = (parents.get(id) ?? []).flatMap((parent) =>
      [...parent.groupBy, ...parent.valueFields, ...(carried.get(parent.id) ?? [])].map((name) =>
        canonicalField(fieldIn(parent, id, name)),
      ),
    );
    carried.set(id, [...new Set(asked)].toSorted());
  }
  return carried;
}
