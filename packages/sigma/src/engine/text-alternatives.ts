import type { Expression } from '../expression.ts';
import { compileAnyLiteral } from './any-literal.ts';
import { type Slots, someText } from './event-facts.ts';
import { compileGlob } from './glob.ts';
import { createLiteralScan } from './literal-scanner.ts';
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

/** V8 compiles an alternation when it is first needed, and 10,000 literals take it seconds: so many are looked up instead. */
const MOST_IN_ONE_EXPRESSION = 256;
/** What is shorter cannot be looked up. */
const SHORTEST_LOOKED_UP = 2;

function compileInside(literals: readonly string[]): TextPredicate {
  if (literals.length <= MOST_IN_ONE_EXPRESSION) return compileAnyLiteral(literals);
  const isShort = (literal: string): boolean => literal.length < SHORTEST_LOOKED_UP;
  const hasShort = compileAnyLiteral([...new Set(literals.filter(isShort))]);
  const scan = createLiteralScan(
    new Map(literals.filter((literal) => !isShort(literal)).map((literal) => [literal, 0])),
  );
  let isFound = false;
  const sink = (): void => {
    isFound = true;
  };
  return (text) => {
    isFound = hasShort(text);
    if (!isFound) scan(text, sink);
    return isFound;
  };
}

function somePasses(
  { whole, start, end, inside }: Record<'whole' | 'start' | 'end' | 'inside', readonly string[]>,
  globs: readonly TextPredicate[],
): TextPredicate {
  const values = new Set(whole);
  const hasInside = compileInside(inside);
  return (text) => {
    if (values.has(text)) return true;
    for (const part of end) if (text.endsWith(part)) return true;
    for (const part of start) if (text.startsWith(part)) return true;
    if (hasInside(text)) return true;
    for (const glob of globs) if (glob(text)) return true;
    return false;
  };
}
