import type { Expression } from '../expression.ts';
import { canonicalField } from '../event-view.ts';
import { type Compilation, compileFieldTest, compileKeyword, type FactsPredicate } from './value-predicate.ts';
import { compileAlternatives, isAlternative } from './text-alternatives.ts';

/** Searches only name what they hold, and an `or` within an `or` is one. */
function flattened(operands: readonly Expression[], kind: 'and' | 'or'): readonly Expression[] {
  return operands.flatMap((operand) => {
    if (operand.kind === 'search') return flattened([operand.expression], kind);
    return operand.kind === kind ? flattened(operand.operands, kind) : [operand];
  });
}

function everyOf(tests: readonly FactsPredicate[]): FactsPredicate {
  const [first, second] = tests;
  if (!first) return () => true;
  if (!second) return first;
  if (tests.length === 2) return (facts) => first(facts) && second(facts);
  return (facts) => {
    for (const test of tests) if (!test(facts)) return false;
    return true;
  };
}

function someOf(tests: readonly FactsPredicate[]): FactsPredicate {
  const [first, second] = tests;
  if (!first) return () => false;
  if (!second) return first;
  if (tests.length === 2) return (facts) => first(facts) || second(facts);
  return (facts) => {
    for (const test of tests) if (test(facts)) return true;
    return false;
  };
}

/** Alternatives for the text of one field are one test, the others follow. */
function compileOr(operands: readonly Expression[], compilation: Compilation): FactsPredicate {
  const byField = Map.groupBy(operands.filter(isAlternative), ({ field }) => canonicalField(field));
  const others = operands.filter((operand) => !isAlternative(operand));
  return someOf([
    ...[...byField.values()].map((alternatives) => compileAlternatives(alternatives, compilation.slots)),
    ...others.map((other) => compileCondition(other, compilation)),
  ]);
}

/** Compiles a condition to one function. */
export function compileCondition(expression: Expression, compilation: Compilation): FactsPredicate {
  switch (expression.kind) {
    case 'and':
      return everyOf(flattened(expression.operands, 'and').map((operand) => compileCondition(operand, compilation)));
    case 'or':
      return compileOr(flattened(expression.operands, 'or'), compilation);
    case 'not': {
      const test = compileCondition(expression.operand, compilation);
      return (facts) => !test(facts);
    }
    case 'search':
      return compileCondition(expression.expression, compilation);
    case 'field':
      return compileFieldTest(expression.field, expression.test, compilation);
    case 'keyword':
      return compileKeyword(expression.test, compilation);
  }
}
