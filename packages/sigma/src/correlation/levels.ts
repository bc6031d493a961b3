import { type CountableRule, isPrompt } from './compiled-correlation.ts';
import type { CorrelationRule, Refusal } from '../rule.ts';

/** The highest bound of a rule that needs no more entries than it asks for. */
const MAX_ASKED = 50_000;

/** Rules whose order and own condition are tried in all combinations: two to the power of them. */
const MAX_ORDERED_RULES = 10;

/** Correlation rules sorted so that those a rule counts come before it, and those that cannot be run. */
export function levelsOf(
  rules: readonly CountableRule[],
  maxEntries: number,
): {
  readonly levels: readonly (readonly CorrelationRule[])[];
  readonly refusals: readonly Refusal[];
} {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const levels: CorrelationRule[][] = [];
  const placed = new Set(rules.filter(({ kind }) => kind === 'detection').map(({ id }) => id));
  const isCounted = new Set(rules.flatMap((rule) => (rule.kind === 'correlation' ? rule.rules : [])));
  const refusals: Refusal[] = [];
  let open: CorrelationRule[] = [];
  for (const rule of known.values()) {
    if (rule.kind !== 'correlation') continue;
    const isExact = isPrompt(rule) && !isCounted.has(rule.id);
    const reason = reasonAgainst(rule, known) ?? tooMuch(rule, isExact ? MAX_ASKED : maxEntries);
    if (reason === undefined) open.push(rule);
    else refusals.push(refusalOf(rule, reason));
  }
  while (open.length > 0) {
    const ready = open.filter((rule) => rule.rules.every((id) => placed.has(id)));
    if (ready.length === 0) break;
    levels.push(ready);
    for (const { id } of ready) placed.add(id);
    open = open.filter(({ id }) => !placed.has(id));
  }
  const left = open.map((rule) => refusalOf(rule, 'counts itself by way of others, or a correlation that is refused'));
  return { levels, refusals: [...refusals, ...left] };
}

function reasonAgainst(rule: CorrelationRule, known: ReadonlyMap<string, CountableRule>): string | undefined {
  const { type, rules, timespanMs, ruleCondition, valueFields } = rule;
  const missing = rules.find((id) => !known.has(id));
  if (missing !== undefined) return `counts the rule ${missing}, which is not there`;
  if (!(timespanMs > 0)) return 'has no timespan';
  if (type.startsWith('value_') && valueFields.length === 0) return 'names no field whose values count';
  const counted = rules.find((id) => known.get(id)?.kind === 'correlation');
  if (counted !== undefined && type.startsWith('value_') && type !== 'value_count') {
    return `computes with values of the correlation ${counted}, which has none of its own`;
  }
  if (type === 'temporal_ordered' && ruleCondition && rules.length > MAX_ORDERED_RULES) {
    return `has a condition over more than ${MAX_ORDERED_RULES} ordered rules`;
  }
  return undefined;
}

/** A bound that no window reaches would be a rule that never, or always, fires. */
function tooMuch({ type, bounds }: CorrelationRule, limit: number): string | undefined {
  const beyond = bounds.find(({ value }) => value > limit);
  return beyond && (type === 'event_count' || type === 'value_count')
    ? `compares with ${beyond.value}, but a window remembers ${limit}`
    : undefined;
}

const refusalOf = ({ position, title, id }: CorrelationRule, reason: string): Refusal => ({
  ...position,
  reason,
  title,
  id,
});
