import type { CorrelationRule } from '../rule.ts';
import { ruleConditionHolds, withinBounds } from './bounds.ts';
import { createNumericMeasure } from './numeric-measure.ts';
import { longestChain, someChain } from './ordered-chain.ts';
import type { Measure } from './measure.ts';
import type { WindowEntry } from './window-state.ts';

export function createMeasure(rule: CorrelationRule): Measure {
  switch (rule.type) {
    case 'event_count':
      return createDistinctMeasure(rule, ({ id }) => [id]);
    case 'value_count':
      return createDistinctMeasure(rule, ({ values = [] }) => values.map(String));
    case 'temporal':
      return createTemporalMeasure(rule);
    case 'temporal_ordered':
      return createOrderedMeasure(rule);
    case 'value_percentile':
      return rule.percentile === undefined ? createShareMeasure(rule) : createNumericMeasure(rule);
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
      return createNumericMeasure(rule);
  }
}

const createCounts = () => {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    counts,
    total: () => total,
    add: (key: string) => {
      total += 1;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    remove: (key: string) => {
      total -= 1;
      const left = (counts.get(key) ?? 0) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
};

function createDistinctMeasure(
  { bounds }: CorrelationRule,
  keysOf: (entry: WindowEntry) => readonly string[],
): Measure {
  const { counts, add, remove } = createCounts();
  return {
    add: (entry) => keysOf(entry).forEach(add),
    remove: (entry) => keysOf(entry).forEach(remove),
    holds: () => withinBounds(bounds, counts.size),
    measured: () => counts.size,
  };
}

/** `value_percentile` without a percentile: the share, in percent, of some value among all that occur in the window. */
function createShareMeasure({ bounds }: CorrelationRule): Measure {
  const { counts, total, add, remove } = createCounts();
  const shares = (): number[] => [...counts.values()].map((count) => (count * 100) / total());
  return {
    add: ({ values = [] }) => values.map(String).forEach(add),
    remove: ({ values = [] }) => values.map(String).forEach(remove),
    holds: () => shares().some((share) => withinBounds(bounds, share)),
    measured: () => shares().find((share) => withinBounds(bounds, share)) ?? 0,
  };
}

/** Different rules that have matched; without a condition, all must have. */
function createTemporalMeasure({ bounds, rules, ruleCondition }: CorrelationRule): Measure {
  const { counts, add, remove } = createCounts();
  const hasMatched = (ruleId: string): boolean => counts.has(String(rules.indexOf(ruleId)));
  return {
    add: ({ rule }) => add(String(rule)),
    remove: ({ rule }) => remove(String(rule)),
    holds: () => {
      if (ruleCondition && !ruleConditionHolds(ruleCondition, hasMatched)) return false;
      return bounds.length > 0 || ruleCondition ? withinBounds(bounds, counts.size) : counts.size === rules.length;
    },
    measured: () => counts.size,
  };
}

/** The same, of rules whose matches can be put into the order of the rules. */
function createOrderedMeasure({ bounds, rules, ruleCondition }: CorrelationRule): Measure {
  const times = rules.map((): number[] => []);
  const holdsInSomeChain = (): boolean =>
    ruleCondition === undefined ||
    someChain(times, (places) =>
      ruleConditionHolds(ruleCondition, (ruleId) => (places & (1 << rules.indexOf(ruleId))) !== 0),
    );
  return {
    add: ({ rule, at }) => times[rule]?.push(at),
    remove: ({ rule }) => times[rule]?.shift(),
    holds: () => {
      if (!holdsInSomeChain()) return false;
      if (bounds.length > 0) return withinBounds(bounds, longestChain(times));
      return ruleCondition !== undefined || longestChain(times) === rules.length;
    },
    measured: () => longestChain(times),
  };
}
