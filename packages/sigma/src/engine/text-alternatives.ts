import type { Expression } from '../expression.ts';
import { compileAnyLiteral } from './any-literal.ts';
import { type Slots, someText } from './event-facts.ts';
import { compileGlob } from './glob.ts';
import { shapeOf, type TextPredicate } from './text-pattern.ts';
import { asText, type FactsPredicate } from './value-predicate.ts';

type FieldTest = Extract<Expression, { kind: 'field' }>;

/** Whether a test is for text without case, as nearly all are. */
export function isAlternative(expression: Expression): expression is FieldTest {
  if (expression.kind !== 'field') return false;
  const test = asText(expression.test);
  return test.kind === 'text' && !test.isCased;
}

/** Several tests of one field of which one has to pass: whole values by one look-up, the others by kind. */
export function compileAlternatives(tests: readonly FieldTest[], slots: Slots): FactsPredicate {
  const texts: Record<'whole' | 'start' | 'end' | 'inside', string[]> = { whole: [], start: [], end: [], inside: [] };
  const globs: TextPredicate[] = [];
  for (const { test: written } of tests) {
    const test = asText(written);
    if (test.kind !== 'text') throw new TypeError(`not an alternative: ${test.kind}`);
    const shape = shapeOf(test.pattern, false);
    if (shape.kind === 'glob') globs.push(compileGlob(shape.parts));
    else if (shape.kind === 'anything') globs.push(() => true);
    else texts[shape.kind].push(shape.text);
  }
  const passes = somePasses(texts, globs);
  // All tests are of one field.
  const slot = slots.of(tests[0]!.field);
  return (facts) => someText(facts.folded(slot), passes);
}

function somePasses(
  { whole, start, end, inside }: Record<'whole' | 'start' | 'end' | 'inside', readonly string[]>,
  globs: readonly TextPredicate[],
): TextPredicate {
  const values = new Set(whole);
  const hasInside = compileAnyLiteral(inside);
  return (text) => {
    if (values.has(text)) return true;
    for (const part of end) if (text.endsWith(part)) return true;
    for (const part of start) if (text.startsWith(part)) return true;
    if (hasInside(text)) return true;
    for (const glob of globs) if (glob(text)) return true;
    return false;
  };
}
