import { expect, test } from 'vitest';
import type { Expression } from '../expression.ts';
import { readRules } from './read-rules.ts';

const searches = ['sel_a', 'sel_b', 'filter', '_hidden', '_other'];

function read(condition: string): string {
  const detection = searches.map((name) => `  ${name}: {f: v}\n`).join('');
  const text = `title: T\nlogsource: {product: p}\ndetection:\n${detection}  condition: ${condition}\n`;
  const { rules, refusals } = readRules([{ file: 'a.yml', text }]);
  const [rule] = rules;
  return rule?.kind === 'detection'
    ? shown(rule.condition)
    : refusals.map(({ line, reason }) => `${line} ${reason}`).join();
}

function shown(expression: Expression): string {
  if (expression.kind === 'search') return expression.name;
  if (expression.kind === 'not') return `!${shown(expression.operand)}`;
  if (expression.kind === 'field' || expression.kind === 'keyword') return expression.written;
  return `(${expression.operands.map(shown).join(expression.kind === 'and' ? ' & ' : ' | ')})`;
}

test.each([
  ['sel_a', 'sel_a'],
  ['sel_a or sel_b and not filter', '(sel_a | (sel_b & !filter))'],
  ['(sel_a or sel_b) and not filter', '((sel_a | sel_b) & !filter)'],
  ['not not sel_a', '!!sel_a'],
  ['not 1 of sel_* and filter', '(!(sel_a | sel_b) & filter)'],
  ['1 of them', '(sel_a | sel_b | filter)'],
  ['all of them', '(sel_a & sel_b & filter)'],
  ['any of sel_*', '(sel_a | sel_b)'],
  ['all of *_a', '(sel_a)'],
  ['1 of *', '(sel_a | sel_b | filter)'],
  ['1 of _*', '(_hidden | _other)'],
  ['1 of filter', '(filter)'],
  ['1 of s*_*', '(sel_a | sel_b)'],
  ['sel_a AND NOT Filter', '9 the condition names Filter, which is no search'],
  ['SEL_A', '9 the condition names SEL_A, which is no search'],
  ['sel_a AND NOT filter', '(sel_a & !filter)'],
  ['[sel_a, sel_b and filter]', '(sel_a | (sel_b & filter))'],
])('the condition %s is read as %s', (condition, expected) => {
  expect(read(condition)).toBe(expected);
});

test.each([
  ["''", 'the condition lacks a search before the end'],
  ['sel_a and', 'the condition lacks a search before the end'],
  ['and sel_a', 'the condition lacks a search before and'],
  ['sel_a sel_b', 'the condition goes on with sel_b where and, or or its end is due'],
  ['(sel_a', 'the condition has a ( that is not closed before the end'],
  ['sel_a)', 'the condition goes on with ) where and, or or its end is due'],
  ['2 of sel_*', 'there is 1 of and all of, but not 2 of'],
  ['1 of', '1 of wants a search, a pattern or them'],
  ['1 of nothing*', 'the condition names nothing*, but no search is called so'],
  ['sel_*', 'the condition has sel_* without 1 of or all of'],
  ['sel_a & sel_b', 'the condition has &, which is no name of a search'],
  ['[]', 'the list of conditions is empty'],
  ['[sel_a, "sel_b | count() > 5"]', 'the condition has an aggregation where none can be, in a list or a filter'],
  ['{sel_a: 1}', 'a condition is text, not a map'],
])('the condition %s is refused, in its line', (condition, reason) => {
  expect(read(condition)).toBe(`9 ${reason}`);
});

test.each([
  ['brackets', '('.repeat(5_000), 'the condition is nested too deeply'],
  ['negations', `${'not '.repeat(3_000)}sel_a`, 'the condition is nested too deeply'],
  ['words', `${'sel_a or '.repeat(10_000)}sel_a`, 'the condition is too long'],
  ['searches', `${'1 of * or '.repeat(1_900)}sel_a`, undefined],
])('a condition of thousands of %s costs little', (_, condition, reason) => {
  expect(read(`"${condition}"`)).toContain(reason === undefined ? 'sel_a' : `9 ${reason}`);
});

test('a rule without a condition, or without searches, is refused', () => {
  const reasonOf = (detection: string): readonly string[] =>
    readRules([{ file: 'a', text: `title: T\nlogsource: {product: p}\ndetection: ${detection}` }]).refusals.map(
      ({ reason }) => reason,
    );
  expect(reasonOf('{a: {f: v}}')).toEqual(['condition is missing']);
  expect(reasonOf('{condition: a}')).toEqual(['there is no search']);
  expect(reasonOf('{a: {f: v}, condition: a, timeframe: 5m}')).toEqual([
    'timeframe belongs to an aggregation, and the condition has none',
  ]);
});
