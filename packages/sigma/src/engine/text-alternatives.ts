import type { Expression } from '../expression.ts';
import { compileAnyLiteral } from './any-literal.ts';
import { type Slots, someText } from './event-facts.ts';
import { compileGlob } from './glob.ts';
import { createEdgeLookup } from './edge-lookup.ts';
import { canBeLookedUp, createLiteralScan, type LiteralScan } from './literal-scanner.ts';
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

/** Up to so many edges are compared one by one. */
const FEW_EDGES = 8;

/** Whether any of the literals is found, and none of them which. */
function hasFound(
  literals: readonly string[],
  compile: (literals: ReadonlyMap<string, number>) => LiteralScan,
): TextPredicate {
  const scan = compile(new Map(literals.map((literal) => [literal, 0])));
  let isFound = false;
  const sink = (): void => {
    isFound = true;
  };
  return (text) => {
    isFound = false;
    scan(text, sink);
    return isFound;
  };
}

function compileInside(literals: readonly string[]): TextPredicate {
  if (literals.length <= MOST_IN_ONE_EXPRESSION) return compileAnyLiteral(literals);
  const hasShort = compileAnyLiteral([...new Set(literals.filter((literal) => !canBeLookedUp(literal)))]);
  const hasOther = hasFound(literals.filter(canBeLookedUp), createLiteralScan);
  return (text) => hasShort(text) || hasOther(text);
}

function compileEdges(literals: readonly string[], edge: 'start' | 'end'): TextPredicate {
  const isAt = edge === 'start' ? 'startsWith' : 'endsWith';
  if (literals.length <= FEW_EDGES) {
    return (text) => {
      for (const literal of literals) if (text[isAt](literal)) return true;
      return false;
    };
  }
  // What is shorter cannot be looked up.
  const isShort = (literal: string): boolean => literal.length < 2;
  const short = new Set(literals.filter(isShort));
  const hasOther = hasFound(
    literals.filter((literal) => !isShort(literal)),
    (those) => createEdgeLookup(those, edge),
  );
  return (text) => short.has(edge === 'start' ? text.slice(0, 1) : text.slice(-1)) || short.has('') || hasOther(text);
}

function somePasses(
  { whole, start, end, inside }: Record<'whole' | 'start' | 'end' | 'inside', readonly string[]>,
  globs: readonly TextPredicate[],
): TextPredicate {
  const values = new Set(whole);
  const [hasStart, hasEnd, hasInside] = [compileEdges(start, 'start'), compileEdges(end, 'end'), compileInside(inside)];
  return (text) => {
    if (values.has(text) || hasEnd(text) || hasStart(text) || hasInside(text)) return true;
    for (const glob of globs) if (glob(text)) return true;
    return false;
  };
}
