import { canonicalField, type EventView, type FieldValue } from '../event-view.ts';
import type { Expression } from '../expression.ts';
import type { DetectionRule } from '../rule.ts';
import { compileCondition } from './compile-condition.ts';
import { createSlots, EventFacts, valuesOf } from './event-facts.ts';
import { type MissingPart, missingParts } from './log-source-index.ts';
import { type FactsPredicate, startCompilation } from './value-predicate.ts';

type FieldLeaf = Extract<Expression, { kind: 'field' }>;
type Leaf = FieldLeaf | Extract<Expression, { kind: 'keyword' }>;

/** A test of a rule that an event passed, with the values that passed it. */
export interface Evidence {
  /** The search identifier it is of. */
  readonly search: string | undefined;
  /** As the rule writes it; for a keyword, the field of the event it was found in. */
  readonly field: string | undefined;
  /** The value as the rule writes it. */
  readonly written: string;
  /** What was there; empty when the rule asks for a field that is not there. */
  readonly values: readonly FieldValue[];
}

/** A test that kept a rule from matching. */
export interface Obstacle {
  readonly search: string | undefined;
  /** As the rule writes it; undefined for a keyword. */
  readonly field: string | undefined;
  readonly written: string;
  /**
   * `absent`: the field is not there. `different`: it has other values, or no value has the keyword. `excluded`: the test passed,
   * and the rule wants that it does not; the values are those that passed.
   */
  readonly why: 'absent' | 'different' | 'excluded';
  readonly values: readonly FieldValue[];
}

/** Why a rule matches an event, or why not. */
export type Explanation =
  | { readonly outcome: 'matched'; readonly evidence: readonly Evidence[] }
  | { readonly outcome: 'unknown_rule' }
  /** The rule is not among those matched; `reason` says why. */
  | { readonly outcome: 'refused_rule'; readonly reason: string }
  /** The rule is for other logs. */
  | { readonly outcome: 'other_log_source'; readonly missing: readonly MissingPart[] }
  /** Each obstacle is one of an alternative if its search has several; removing them would make the rule match. */
  | { readonly outcome: 'not_matched'; readonly obstacles: readonly Obstacle[] };

type Holds = (expression: Expression, event: EventView) => boolean;

/** Evaluates parts of conditions, each compiled once. */
function createHolds(): Holds {
  const slots = createSlots();
  const tests = new WeakMap<Expression, FactsPredicate>();
  const facts = new EventFacts(slots);
  return (expression, event) => {
    const test = tests.get(expression) ?? compileCondition(expression, startCompilation(slots));
    tests.set(expression, test);
    facts.load(event);
    return test(facts);
  };
}

/** The event with nothing but what a test asks of, and of its field but this value. */
function withOnly(event: EventView, { field, test }: FieldLeaf, value: FieldValue): EventView {
  const fields = new Map<string, FieldValue | readonly FieldValue[]>();
  if (test.kind === 'fieldref') {
    const other = canonicalField(test.field);
    fields.set(other, event.fields.get(other) ?? []);
  }
  fields.set(canonicalField(field), value);
  return { ...event, fields };
}

/** A test that decides about a condition. */
interface Decisive {
  readonly leaf: Leaf;
  readonly search: string | undefined;
  readonly isPassed: boolean;
}

function evidenceOf({ leaf, search }: Decisive, event: EventView, holds: Holds): readonly Evidence[] {
  const { written } = leaf;
  if (leaf.kind === 'field') {
    const values = valuesOf(event.fields.get(canonicalField(leaf.field)));
    const passing = values.filter((value) => holds(leaf, withOnly(event, leaf, value)));
    return [{ search, field: leaf.field, written, values: passing }];
  }
  return [...event.fields].flatMap(([field, value]) => {
    const passing = valuesOf(value).filter((one) => holds(leaf, { ...event, fields: new Map([[field, one]]) }));
    return passing.length > 0 ? [{ search, field, written, values: passing }] : [];
  });
}

function obstacleOf({ leaf, search }: Decisive, event: EventView): Obstacle {
  const { written } = leaf;
  if (leaf.kind === 'keyword') return { search, field: undefined, written, why: 'different', values: [] };
  const values = valuesOf(event.fields.get(canonicalField(leaf.field)));
  return { search, field: leaf.field, written, why: values.length === 0 ? 'absent' : 'different', values };
}

/**
 * The leaves that decide the outcome `isHeld`: all operands where all were needed, and where one would have been enough, those
 * that had it.
 */
function decisive(
  expression: Expression,
  isHeld: boolean,
  event: EventView,
  holds: Holds,
  search?: string,
): readonly Decisive[] {
  switch (expression.kind) {
    case 'field':
    case 'keyword':
      return [{ leaf: expression, search, isPassed: isHeld }];
    case 'search':
      return decisive(expression.expression, isHeld, event, holds, expression.name);
    case 'not':
      return decisive(expression.operand, !isHeld, event, holds, search);
    case 'and':
    case 'or':
      return expression.operands
        .filter((operand) => holds(operand, event) === isHeld)
        .flatMap((operand) => decisive(operand, isHeld, event, holds, search));
  }
}

/** What there is to say of a rule and an event. */
export interface Explainer {
  /** What made the rule match the event, which it does. What was not there to exclude it is left out. */
  readonly evidence: (rule: DetectionRule, event: EventView) => readonly Evidence[];
  readonly explain: (rule: DetectionRule, event: EventView) => Explanation;
}

/** Explains by the same compiled tests that match, part by part; what was compiled for it is kept with the rule. */
export function createExplainer(): Explainer {
  const holds = createHolds();

  const evidence = (rule: DetectionRule, event: EventView): readonly Evidence[] =>
    decisive(rule.condition, true, event, holds)
      .filter(({ isPassed }) => isPassed)
      .flatMap((part) => evidenceOf(part, event, holds));

  const obstacles = (rule: DetectionRule, event: EventView): readonly Obstacle[] =>
    decisive(rule.condition, false, event, holds).flatMap((part): readonly Obstacle[] =>
      part.isPassed
        ? evidenceOf(part, event, holds).map((found) => ({ ...found, why: 'excluded' }))
        : [obstacleOf(part, event)],
    );

  const explain = (rule: DetectionRule, event: EventView): Explanation => {
    const missing = missingParts(rule.logSource, event);
    if (missing.length > 0) return { outcome: 'other_log_source', missing };
    return holds(rule.condition, event)
      ? { outcome: 'matched', evidence: evidence(rule, event) }
      : { outcome: 'not_matched', obstacles: obstacles(rule, event) };
  };

  return { evidence, explain };
}
