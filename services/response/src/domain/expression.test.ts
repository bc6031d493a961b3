import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate, variablesOf } from './evaluate.ts';
import { parseExpression } from './parse-expression.ts';

const scope = new Map([
  ['__severity__', 'high'],
  ['__count__', '12'],
  ['__host__', 'web-1'],
  ['__hosts__', 'web-1, web-2'],
  ['__flag__', 'True'],
]);

function value(text: string): boolean | string {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed.message;
  const result = evaluate(parsed.expression, scope);
  return result.ok ? result.value : result.message;
}

describe('conditions', () => {
  test.each([
    ["__host__:value = 'web-1'", true],
    ["__host__:value == 'web-1'", true],
    ['$$host$$:value == "web-1"', true],
    ["__host__:value != 'web-2'", true],
    ["__host__:value <> 'web-1'", false],
    ['__count__:value > 9', true],
    ['__count__:value >= 12', true],
    ['__count__:value < 12', false],
    ['__count__:value = 12.0', true],
    ["__severity__:value >= 'medium'", true],
    ["__severity__:value > 'high'", false],
    ["__severity__:value <= 'critical'", true],
    ["__severity__:value IN ('high', 'critical')", true],
    ["__severity__:value NOT IN ('high', 'critical')", false],
    ["'web-2' in __hosts__:value", true],
    ["'web-3' IN __hosts__:value", false],
    ['__flag__:value', true],
    ['NOT __flag__:value', false],
    ['true AND NOT false', true],
    ["[__host__:value = 'web-1' AND (__count__:value < 1 OR __flag__:value)]", true],
    ["'it''s' = 'x'", 'expected AND, OR or the end, found "s" at character 5'],
    ["__host__:value = 'a\\'b'", false],
  ])('%s gives %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test('AND binds closer than OR', () => {
    expect(value('true OR false AND false')).toBe(true);
    expect(value('(true OR false) AND false')).toBe(false);
  });

  test('a variable without a value equals nothing', () => {
    expect(value("__gone__:value = ''")).toBe(false);
    expect(value("__gone__:value != 'a'")).toBe(true);
    expect(value('__gone__:value < 3')).toBe(false);
    expect(value("__gone__:value IN ('a')")).toBe(false);
    expect(value('__gone__:value')).toBe(false);
  });

  test('the order of texts that are no numbers and no severities is a refusal, not a guess', () => {
    expect(value("__host__:value < 'web-9'")).toMatch('compares no numbers');
  });

  test('the right side of a decided AND or OR is not evaluated', () => {
    expect(value("false AND __host__:value < 'x'")).toBe(false);
    expect(value("true OR __host__:value < 'x'")).toBe(true);
  });

  test.each(['', '__host__:value =', 'host = 1', "= 'a'", "__host__:value IN ('a'", '((true)', 'true false', '1 ~ 2'])(
    'what is no condition is refused with its place: %s',
    (text) => {
      expect(value(text)).toMatch(/expected|not understood/);
    },
  );

  test('knows the variables it speaks of', () => {
    const parsed = parseExpression("__a__:value = 1 AND (NOT $$b$$:value OR 'x' IN __c__:value)");
    expect(parsed.ok && variablesOf(parsed.expression)).toEqual(['__a__', '__b__', '__c__']);
  });

  test('any text is either parsed or refused, never an exception', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '[',
      'AND',
      'OR',
      'NOT',
      'IN',
      '=',
      '<',
      ',',
      "'a'",
      '1',
      '__x__:value',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((all) => all.join(' ')),
        ),
        (text) => {
          expect(['boolean', 'string']).toContain(typeof value(text));
        },
      ),
    );
    expect(value('('.repeat(2_000))).toMatch('at most 50 nested brackets');
    expect(value('('.repeat(2_001))).toBe('longer than 2,000 characters');
  });
});
