import type { CorrelationRule, RuleCondition, SigmaRule } from '../rule.ts';

/** An event as the tests make them up: which rules it matches, and its fields. */
export interface MadeUpEvent {
  readonly id: string;
  readonly at: number;
  readonly rules: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

interface Item {
  readonly id: string;
  readonly at: number;
  readonly rule: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * What should fire, straight from the definition and without any cleverness: every moment's window, made anew from all
 * events. Each firing as rule, group and span.
 */
export function bruteForce(rules: readonly SigmaRule[], events: readonly MadeUpEvent[]): readonly string[] {
  const items = events.flatMap(({ rules: matched, ...event }) => matched.map((rule) => ({ ...event, rule })));
  const fired = new Set<string>();
  // The tests write what is counted before what counts it.
  for (const rule of rules) {
    if (rule.kind !== 'correlation') continue;
    const groups = Map.groupBy(itemsOf(rule, items), (item) => groupOf(rule, item));
    for (const [group, ofGroup] of groups) {
      if (group === undefined) continue;
      for (const at of new Set(ofGroup.map((item) => item.at))) {
        const window = ofGroup.filter((item) => item.at <= at && item.at >= at - rule.timespanMs);
        if (!holds(rule, window)) continue;
        const id = `${rule.id} ${group} ${Math.floor(at / rule.timespanMs)}`;
        fired.add(id);
        for (const { fields } of window) items.push({ id, at, rule: rule.id, fields });
      }
    }
  }
  return [...fired].toSorted();
}

function itemsOf(rule: CorrelationRule, items: readonly Item[]): readonly Item[] {
  const counted = items.filter((item) => rule.rules.includes(item.rule));
  return rule.type.startsWith('value_') ? counted.filter((item) => valueOf(rule, item) !== undefined) : counted;
}

function groupOf(rule: CorrelationRule, item: Item): string | undefined {
  const values = rule.groupBy.map((name) => item.fields[rule.aliases.get(name)?.get(item.rule) ?? name]);
  return values.includes(undefined) ? undefined : values.join().toLowerCase();
}

const valueOf = (rule: CorrelationRule, item: Item): string | undefined => item.fields[rule.valueFields[0] ?? ''];

function holds(rule: CorrelationRule, window: readonly Item[]): boolean {
  const texts = [...new Map(window.map((item) => [item.id, valueOf(rule, item) ?? ''])).values()];
  const numbers = texts.map(Number).toSorted((a, b) => a - b);
  const sum = numbers.reduce((total, number) => total + number, 0);
  const matched = new Set(window.map((item) => item.rule));
  switch (rule.type) {
    case 'event_count':
      return within(rule, new Set(window.map(({ id }) => id)).size);
    case 'value_count':
      return within(rule, new Set(window.map((item) => valueOf(rule, item)?.toLowerCase())).size);
    case 'value_sum':
      return within(rule, sum);
    case 'value_avg':
      return within(rule, sum / numbers.length);
    case 'value_median':
      return within(rule, percentile(numbers, 0.5));
    case 'value_percentile':
      if (rule.percentile !== undefined) return within(rule, percentile(numbers, rule.percentile / 100));
      return texts.some((text) => within(rule, (100 * texts.filter((each) => each === text).length) / texts.length));
    case 'temporal':
      return chosen(rule, matched);
    case 'temporal_ordered': {
      const found = chains(rule.rules, window, Number.NEGATIVE_INFINITY);
      const { ruleCondition } = rule;
      if (ruleCondition && !found.some((chain) => isTrue(ruleCondition, new Set(chain)))) return false;
      const longest = Math.max(...found.map(({ length }) => length));
      return rule.bounds.length > 0 || ruleCondition ? within(rule, longest) : longest === rule.rules.length;
    }
  }
}

function percentile(numbers: readonly number[], part: number): number {
  const rank = (numbers.length - 1) * part;
  const low = numbers[Math.floor(rank)] ?? 0;
  return low + (rank % 1) * ((numbers[Math.ceil(rank)] ?? 0) - low);
}

function chosen(rule: CorrelationRule, matched: ReadonlySet<string>): boolean {
  if (rule.ruleCondition && !isTrue(rule.ruleCondition, matched)) return false;
  return rule.bounds.length > 0 || rule.ruleCondition ? within(rule, matched.size) : matched.size === rule.rules.length;
}

function chains(rules: readonly string[], window: readonly Item[], from: number): readonly (readonly string[])[] {
  const [rule, ...rest] = rules;
  if (rule === undefined) return [[]];
  const without = chains(rest, window, from);
  const starts = window.filter((item) => item.rule === rule && item.at >= from).map(({ at }) => at);
  return [
    ...without,
    ...[...new Set(starts)].flatMap((at) => chains(rest, window, at).map((chain) => [rule, ...chain])),
  ];
}

function isTrue(condition: RuleCondition, matched: ReadonlySet<string>): boolean {
  if (condition.kind === 'rule') return matched.has(condition.id);
  if (condition.kind === 'not') return !isTrue(condition.operand, matched);
  const verdicts = condition.operands.map((operand) => isTrue(operand, matched));
  return condition.kind === 'and' ? !verdicts.includes(false) : verdicts.includes(true);
}

function within({ bounds }: CorrelationRule, measured: number): boolean {
  for (const { operator, value } of bounds) {
    if (operator === 'gt' && !(measured > value)) return false;
    if (operator === 'gte' && !(measured >= value)) return false;
    if (operator === 'lt' && !(measured < value)) return false;
    if (operator === 'lte' && !(measured <= value)) return false;
    if (operator === 'eq' && measured !== value) return false;
    if (operator === 'neq' && measured === value) return false;
  }
  return true;
}
