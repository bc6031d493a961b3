import { canonicalField } from '../event-view.ts';
import type { Expression, RegexTest, TextTest, ValueTest } from '../expression.ts';
import { foldCase } from './fold.ts';
import { canBeLookedUp } from './literal-scanner.ts';
import { literalsOf } from './regex-literals.ts';
import { shapeOf } from './text-pattern.ts';
import { asText } from './value-predicate.ts';
import { isWide } from './wide-literals.ts';

/** A fact about an event that the index finds without looking at a rule. Texts are folded. */
export type Atom =
  | { readonly kind: 'value'; readonly field: string; readonly text: string }
  /** In the value of the field, or at its edge. */
  | { readonly kind: 'part' | 'start' | 'end'; readonly field: string; readonly text: string }
  /** In any value. */
  | { readonly kind: 'keyword'; readonly text: string }
  | { readonly kind: 'present'; readonly field: string };

/** Whatever satisfies the condition has one of the atoms. `cost` is how many events of a hundred may be guessed to have one. */
export interface Necessary {
  readonly atoms: readonly Atom[];
  readonly cost: number;
}

/** Texts that nearly every event of their kind has in it. */
const COMMON = [
  'c:\\windows\\system32\\',
  'c:\\program files\\',
  'microsoft-windows-',
  'hkey_local_machine\\',
  '.exe',
  '.dll',
];

/** Guesses, in percent. Only speed depends on them. */
function costOf(atom: Atom): number {
  if (atom.kind === 'present') return 60;
  if (COMMON.some((common) => common.includes(atom.text))) return 50;
  if (isWide(atom.text)) return 0.1;
  const { length } = atom.text;
  if (atom.kind === 'value') return length < 2 ? 5 : 1;
  return length >= 10 ? 0.3 : ([40, 40, 20, 8, 4, 2, 1.5, 1, 0.7, 0.5][length] ?? 0.5);
}

const someOf = (atoms: readonly Atom[]): Necessary => ({
  atoms,
  cost: atoms.reduce((sum, atom) => sum + costOf(atom), 0),
});

const cheaper = (a: Necessary | undefined, b: Necessary | undefined): Necessary | undefined =>
  a && b ? (b.cost < a.cost ? b : a) : (a ?? b);

/** All must hold, so the cheapest will do. */
const ofAll = (parts: readonly (Necessary | undefined)[]): Necessary | undefined => parts.reduce(cheaper, undefined);

/** One must hold, so what is demanded is any of what each demands. */
function ofAny(parts: readonly (Necessary | undefined)[]): Necessary | undefined {
  const atoms: Atom[] = [];
  for (const part of parts) {
    if (!part) return undefined;
    atoms.push(...part.atoms);
  }
  return someOf(atoms);
}

/** Shorter texts than this are at the edge of nearly all. */
const SHORTEST_EDGE = 2;

/** The literal parts of a pattern, longest first. */
function longestLiteral(test: TextTest): string {
  const literals = test.pattern.flatMap((part) => (part.kind === 'literal' ? [foldCase(part.text)] : []));
  return literals.reduce((longest, literal) => (literal.length > longest.length ? literal : longest), '');
}

function ofParts(parts: readonly string[] | undefined, atomOf: (text: string) => Atom): Necessary | undefined {
  if (!parts || !parts.every(canBeLookedUp)) return undefined;
  return someOf(parts.map(atomOf));
}

const partOf =
  (field: string) =>
  (text: string): Atom => ({ kind: 'part', field, text });

function ofText(field: string, test: TextTest): Necessary {
  const shape = shapeOf(test.pattern, test.isCased);
  if (shape.kind === 'whole') return someOf([{ kind: 'value', field, text: foldCase(shape.text) }]);
  if ((shape.kind === 'start' || shape.kind === 'end') && shape.text.length >= SHORTEST_EDGE) {
    return someOf([{ kind: shape.kind, field, text: foldCase(shape.text) }]);
  }
  return ofParts([longestLiteral(test)], partOf(field)) ?? someOf([{ kind: 'present', field }]);
}

function ofField(field: string, written: ValueTest): Necessary | undefined {
  const test = asText(written);
  const present = someOf([{ kind: 'present', field }]);
  switch (test.kind) {
    case 'text':
      return ofText(field, test);
    case 'number':
      return someOf([{ kind: 'value', field, text: foldCase(String(test.value)) }]);
    case 'regex':
      return ofParts(literalsOf(test.source), partOf(field)) ?? present;
    case 'null':
      return undefined;
    case 'exists':
      return test.expected ? present : undefined;
    case 'cidr':
    case 'compare':
    case 'fieldref':
    case 'timePart':
      return present;
  }
}

/** The opposite of a test demands something only where the test is that the field is missing. */
const ofFieldNegated = (field: string, test: ValueTest): Necessary | undefined =>
  test.kind === 'null' || (test.kind === 'exists' && !test.expected) ? someOf([{ kind: 'present', field }]) : undefined;

const ofKeyword = (test: TextTest | RegexTest): Necessary | undefined =>
  ofParts(test.kind === 'regex' ? literalsOf(test.source) : [longestLiteral(test)], (text) => ({
    kind: 'keyword',
    text,
  }));

/**
 * A condition that each event the expression holds for meets; undefined when none can be told. Exact both ways it is not: most
 * of what has an atom does not match. Negation is carried inwards, where only "not missing" demands anything.
 */
export function necessaryFor(expression: Expression, isNegated = false): Necessary | undefined {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const parts = expression.operands.map((operand) => necessaryFor(operand, isNegated));
      return (expression.kind === 'and') === isNegated ? ofAny(parts) : ofAll(parts);
    }
    case 'not':
      return necessaryFor(expression.operand, !isNegated);
    case 'search':
      return necessaryFor(expression.expression, isNegated);
    case 'field': {
      const field = canonicalField(expression.field);
      return isNegated ? ofFieldNegated(field, expression.test) : ofField(field, expression.test);
    }
    case 'keyword':
      return isNegated ? undefined : ofKeyword(expression.test);
  }
}
