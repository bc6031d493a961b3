import type { CorrelationRule, RuleCondition } from '../rule.ts';

type Bounds = CorrelationRule['bounds'];

const comparisons = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  eq: (a: number, b: number) => a === b,
  neq: (a: number, b: number) => a !== b,
};

export const withinBounds = (bounds: Bounds, measured: number): boolean =>
  bounds.every(({ operator, value }) => comparisons[operator](measured, value));

/** Whether more can only help: what is within such bounds stays within them when it grows. */
export const onlyFromBelow = (bounds: Bounds): boolean =>
  bounds.every(({ operator }) => operator === 'gt' || operator === 'gte');

/** The least whole number within bounds that are all from below; at least 1. */
export const leastWithin = (bounds: Bounds): number =>
  Math.max(1, ...bounds.map(({ operator, value }) => (operator === 'gt' ? Math.floor(value) + 1 : Math.ceil(value))));

export function ruleConditionHolds(condition: RuleCondition, hasMatched: (ruleId: string) => boolean): boolean {
  switch (condition.kind) {
    case 'rule':
      return hasMatched(condition.id);
    case 'and':
      return condition.operands.every((operand) => ruleConditionHolds(operand, hasMatched));
    case 'or':
      return condition.operands.some((operand) => ruleConditionHolds(operand, hasMatched));
    case 'not':
      return !ruleConditionHolds(condition.operand, hasMatched);
  }
}

export const hasNot = (condition: RuleCondition): boolean =>
  condition.kind === 'not' || (condition.kind !== 'rule' && condition.operands.some(hasNot));
