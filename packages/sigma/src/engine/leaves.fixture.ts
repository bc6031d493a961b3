import { canonicalField, type EventView, type FieldValue } from '../event-view.ts';
import type { Expression } from '../expression.ts';
import type { DetectionRule } from '../rule.ts';
import { holdsPlainly } from './plain-evaluator.fixture.ts';

type Leaf = Extract<Expression, { kind: 'field' | 'keyword' }>;

export interface NumberedRule {
  readonly rule: DetectionRule;
  readonly leaves: ReadonlyMap<string, Leaf>;
}

/** The rule with each of its tests written as a number of its own, and the tests by that number. */
export function withNumberedLeaves(rule: DetectionRule): NumberedRule {
  const leaves = new Map<string, Leaf>();
  const number = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return { ...expression, operands: expression.operands.map(number) };
      case 'not':
        return { ...expression, operand: number(expression.operand) };
      case 'search':
        return { ...expression, expression: number(expression.expression) };
      case 'field':
      case 'keyword': {
        const leaf = { ...expression, written: String(leaves.size) };
        leaves.set(leaf.written, leaf);
        return leaf;
      }
    }
  };
  const condition = number(rule.condition);
  return { rule: { ...rule, condition }, leaves };
}

/** Whether the condition holds when its numbered tests pass as told. */
export function holdsWhere(expression: Expression, passes: (written: string) => boolean): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.operands.every((operand) => holdsWhere(operand, passes));
    case 'or':
      return expression.operands.some((operand) => holdsWhere(operand, passes));
    case 'not':
      return !holdsWhere(expression.operand, passes);
    case 'search':
      return holdsWhere(expression.expression, passes);
    case 'field':
    case 'keyword':
      return passes(expression.written);
  }
}

/** The values of a field, as the rule or the event calls it. */
export function valuesOf(event: EventView, field: string): readonly FieldValue[] {
  const there = event.fields.get(canonicalField(field));
  // Array.isArray does not narrow readonly arrays.
  return there === undefined ? [] : Array.isArray(there) ? (there as readonly FieldValue[]) : [there as FieldValue];
}

/** Those of them that pass a test by themselves. */
export function passingPlainly(leaf: Leaf, field: string, event: EventView): readonly FieldValue[] {
  const others = leaf.kind === 'keyword' ? [] : event.fields;
  return valuesOf(event, field).filter((value) =>
    holdsPlainly(leaf, { ...event, fields: new Map([...others, [canonicalField(field), value]]) }),
  );
}
