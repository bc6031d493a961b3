import { decimalOf } from '../decimal.ts';
import type { FieldValue } from '../event-view.ts';
import type { Comparison, RegexTest, TextTest, ValueTest } from '../expression.ts';
import { compileCidr } from './address.ts';
import { type EventFacts, type Slots, someText, type Texts, valuesOf } from './event-facts.ts';
import { compileRegex, MOST_STEPS, TOO_LARGE } from './linear-regex.ts';
import { compileShape, shapeOf, type TextPredicate } from './text-pattern.ts';
import { partOf, writtenTimeOf } from './time-part.ts';

/** Whether the event loaded in the facts passes. */
export type FactsPredicate = (facts: EventFacts) => boolean;

/** What compiling a rule needs and finds. */
export interface Compilation {
  readonly slots: Slots;
  /** Why the rule cannot be matched as it is written; empty when it can. */
  readonly reasons: Set<string>;
  /** What its regular expressions make of one character of the text, together. */
  regexSteps: number;
}

/** For a rule of which nothing has been compiled. */
export const startCompilation = (slots: Slots): Compilation => ({ slots, reasons: new Set(), regexSteps: 0 });

const NEVER: TextPredicate = () => false;

const compare = (operator: Comparison | 'eq', left: number, right: number): boolean => {
  switch (operator) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'eq':
      return left === right;
  }
};

const isExact = (value: number): boolean => !Number.isInteger(value) || Number.isSafeInteger(value);

/**
 * Booleans compare as the text they are written as, and so do numbers, unless a double does not hold them: then they are one of
 * several whose text it has, and equal only what was a number, too.
 */
export const asText = (test: ValueTest): Exclude<ValueTest, { kind: 'boolean' }> =>
  test.kind === 'boolean' || (test.kind === 'number' && isExact(test.value))
    ? { kind: 'text', isCased: false, pattern: [{ kind: 'literal', text: String(test.value) }] }
    : test;

function compileRegexTest(test: RegexTest, compilation: Compilation): TextPredicate {
  // What is too large as it is need not be compiled further.
  if (compilation.regexSteps > MOST_STEPS) return NEVER;
  const regex = compileRegex(test);
  if (!regex.ok) {
    compilation.reasons.add(regex.reason);
    return NEVER;
  }
  compilation.regexSteps += regex.steps;
  if (compilation.regexSteps > MOST_STEPS) compilation.reasons.add(TOO_LARGE);
  return regex.test;
}

function compileNetwork(cidr: string, { reasons }: Compilation): TextPredicate {
  const isInside = compileCidr(cidr);
  if (isInside) return isInside;
  reasons.add(`${cidr} is no network in CIDR notation`);
  return NEVER;
}

function compileComparison({ operator, value }: Extract<ValueTest, { kind: 'compare' }>): TextPredicate {
  return (text) => {
    const number = decimalOf(text);
    return number !== undefined && compare(operator, number, value);
  };
}

function compileReference(
  test: ValueTest & { readonly kind: 'fieldref' },
  slot: number,
  other: number,
): FactsPredicate {
  const textsAt = (facts: EventFacts, at: number): Texts => (test.isCased ? facts.texts(at) : facts.folded(at));
  const holds: Record<typeof test.at, (text: string, part: string) => boolean> = {
    whole: (text, part) => text === part,
    start: (text, part) => text.startsWith(part),
    end: (text, part) => text.endsWith(part),
    anywhere: (text, part) => text.includes(part),
  };
  const isHeld = holds[test.at];
  return (facts) =>
    someText(textsAt(facts, slot), (text) => someText(textsAt(facts, other), (part) => isHeld(text, part)));
}

const isNull = (value: FieldValue): boolean => value === null;

const onTexts =
  (slot: number, passes: TextPredicate): FactsPredicate =>
  (facts) =>
    someText(facts.texts(slot), passes);

/** Compiles a test of a field. */
export function compileFieldTest(field: string, written: ValueTest, compilation: Compilation): FactsPredicate {
  const slot = compilation.slots.of(field);
  const test = asText(written);
  switch (test.kind) {
    case 'text': {
      const passes = compileShape(shapeOf(test.pattern, test.isCased));
      return test.isCased ? onTexts(slot, passes) : (facts) => someText(facts.folded(slot), passes);
    }
    case 'number':
      return (facts) => valuesOf(facts.value(slot)).includes(test.value);
    case 'regex':
      return onTexts(slot, compileRegexTest(test, compilation));
    case 'cidr':
      return onTexts(slot, compileNetwork(test.cidr, compilation));
    case 'compare':
      return onTexts(slot, compileComparison(test));
    case 'fieldref':
      return compileReference(test, slot, compilation.slots.of(test.field));
    case 'exists':
      return (facts) => (facts.value(slot) !== undefined) === test.expected;
    case 'null':
      return (facts) => {
        const value = facts.value(slot);
        return value === undefined || valuesOf(value).some(isNull);
      };
    case 'timePart': {
      const { part, operator, value } = test;
      return (facts) =>
        valuesOf(facts.value(slot)).some((time) => {
          const timeMs = writtenTimeOf(time);
          return timeMs !== undefined && compare(operator, partOf(timeMs, part), value);
        });
    }
  }
}

/** Compiles a test of every value there is. */
export function compileKeyword(test: TextTest | RegexTest, compilation: Compilation): FactsPredicate {
  if (test.kind === 'regex') {
    const passes = compileRegexTest(test, compilation);
    return (facts) => facts.all().some(passes);
  }
  const passes = compileShape(shapeOf(test.pattern, test.isCased));
  return test.isCased ? (facts) => facts.all().some(passes) : (facts) => facts.allFolded().some(passes);
}
