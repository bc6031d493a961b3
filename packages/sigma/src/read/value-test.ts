import type { PatternPart, ValueTest } from '../expression.ts';
import { readingLimits } from './limits.ts';
import type { Modifiers, TextPosition } from './modifiers.ts';
import { containing, endingWith, parsePattern, startingWith } from './pattern.ts';
import { expandPlaceholders, type Placeholders } from './placeholders.ts';
import type { Problems } from './problems.ts';
import { transform } from './transformations.ts';
import type { TreeScalar } from './tree.ts';
import { readTypedTest } from './typed-test.ts';

/** What reading a rule needs besides its YAML, and where it says what is wrong. */
export interface ReadingContext {
  readonly placeholders: Placeholders;
  readonly problems: Problems;
  /** Counts up to `readingLimits.ruleSteps`. */
  readonly spent: { steps: number };
}

/** A context with nothing spent yet. */
export const startReading = (placeholders: Placeholders, problems: Problems): ReadingContext => ({
  placeholders,
  problems,
  spent: { steps: 0 },
});

/** Whether the rule may still grow by so many steps. */
export function spend({ spent }: ReadingContext, steps: number): boolean {
  spent.steps += steps;
  return spent.steps <= readingLimits.ruleSteps;
}

type Made = readonly ValueTest[] | { readonly problem: string };

const places: Readonly<Record<TextPosition, (pattern: readonly PatternPart[]) => readonly PatternPart[]>> = {
  whole: (pattern) => pattern,
  start: startingWith,
  end: endingWith,
  anywhere: containing,
};

function textTests(written: string, { transformations, position, isCased }: Modifiers): Made {
  const patterns = transform(parsePattern(written), transformations);
  if ('problem' in patterns) return patterns;
  return patterns.map((pattern) => ({ kind: 'text', pattern: places[position](pattern), isCased }));
}

/** A number is also compared as it is written where a double would write it otherwise, such as 1.0, or does not hold it. */
function numberTests(value: number, source: string): Made {
  const asText: ValueTest = { kind: 'text', pattern: [{ kind: 'literal', text: source }], isCased: false };
  if (!Number.isFinite(value)) return { problem: `${source} is no number that an event could hold` };
  const asNumber: ValueTest = { kind: 'number', value };
  const isAsWritten = String(value) === source && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isAsWritten ? [asNumber] : [asNumber, asText];
}

/** A value without a type modifier. Text modifiers take numbers and booleans as they are written. */
function valueTests({ value, source }: TreeScalar, modifiers: Modifiers): Made {
  const { transformations, position, isCased } = modifiers;
  if (typeof value === 'string') return textTests(value, modifiers);
  const [transformation] = transformations;
  if (transformation !== undefined) return { problem: `${transformation} wants text, not ${source || 'null'}` };
  const isText = position !== 'whole' || isCased;
  if (value === null) return isText ? { problem: 'null has no text to look into' } : [{ kind: 'null' }];
  if (isText) return textTests(source, modifiers);
  return typeof value === 'boolean' ? [{ kind: 'boolean', value }] : numberTests(value, source);
}

function oneValue(scalar: TreeScalar, modifiers: Modifiers): Made {
  if (modifiers.type.kind === 'value') return valueTests(scalar, modifiers);
  const made = readTypedTest(scalar, modifiers.type, modifiers);
  return 'problem' in made ? made : [made];
}

/** The alternatives that one value of a rule stands for; undefined after a problem. */
export function readValueTests(
  scalar: TreeScalar,
  modifiers: Modifiers,
  context: ReadingContext,
): readonly ValueTest[] | undefined {
  const { placeholders, problems } = context;
  const { line, source, value } = scalar;
  const { valueChars, ruleSteps } = readingLimits;
  if (source.length > valueChars) return problems.add(line, `a value is longer than ${valueChars} characters`);
  let scalars = [scalar];
  if (modifiers.expands) {
    if (typeof value !== 'string') return problems.add(line, `expand wants text, not ${source || 'null'}`);
    const expanded = expandPlaceholders(value, placeholders);
    if (!expanded.ok) return problems.add(line, expanded.reason);
    scalars = expanded.written.map((written) => ({ ...scalar, value: written, source: written }));
  }
  const tests: ValueTest[] = [];
  for (const each of scalars) {
    const made = oneValue(each, modifiers);
    if ('problem' in made) return problems.add(line, made.problem);
    tests.push(...made);
    if (!spend(context, made.length)) return problems.add(line, `the rule has more than ${ruleSteps} tests`);
  }
  return tests;
}
