import { RE2JS } from 're2js';
import { expect, it, vi } from 'vitest';
import { createEngine } from './engine.ts';
import { compileRegex } from './linear-regex.ts';
import { detecting, eventWith } from './small-rules.fixture.ts';

const flags = { ignoreCase: false, multiline: false, dotAll: false };
const compile = (source: string) => compileRegex({ kind: 'regex', source, flags });
const refusalsOf = (...sources: readonly string[]) =>
  createEngine([detecting('a|re:', ...sources.map((source) => `- '${source}'`))]).refusals;

it.each(['a(?=b)', 'a(?!b)', '(?<!a)b', String.raw`(a)\1`, String.raw`(?<n>a)\k<n>`])(
  '%s needs backtracking and is refused, with the expression in the reason',
  (source) => {
    const compiled = compile(source);
    expect(compiled).toMatchObject({ ok: false });
    expect(!compiled.ok && compiled.reason).toContain(`the regular expression ${source} cannot run in linear time: `);
  },
);

it.each(['(a+)+$', '(?i)abc', '(?:x?){20}y', String.raw`^\d{1,3}(?:\.\d{1,3}){3}$`, String.raw`[[:alpha:]]+\x{41}`])(
  '%s is taken',
  (source) => {
    expect(compile(source).ok).toBe(true);
  },
);

it('a rule of which one expression is refused is refused, with where it stands', () => {
  expect(refusalsOf('fine', 'a(?=b)')).toMatchObject([{ id: 'rule', title: 'A rule', file: 'rule.yml', line: 1 }]);
});

it('an expression that makes too many steps of a character is refused, however it comes by them', () => {
  const reason =
    'the regular expressions of the rule are too large: more than 5,000 steps for one character of the text';
  for (const large of ['(x|y){1000}(x|y){1000}', 'x?'.repeat(6_000), '(?:(?:ab?c|de?f){30}){30}']) {
    expect(refusalsOf(large)).toMatchObject([{ reason }]);
  }
  expect(refusalsOf('(x|y){1000}')).toEqual([]);
});

it('many expressions of one rule may together not make more steps than one', () => {
  expect(refusalsOf(...Array.from({ length: 300 }, (_, index) => `(x|y){1000}${index}`))).toHaveLength(1);
  expect(refusalsOf(...Array.from({ length: 300 }, (_, index) => `evil${index}`))).toEqual([]);
});

it('an expression that would take seconds to compile is refused before', () => {
  const compiled = vi.spyOn(RE2JS, 'compile');
  expect(refusalsOf(`(?:${'a'.repeat(1_000)}){1000}`)).toHaveLength(1);
  expect(compiled).not.toHaveBeenCalled();
  compiled.mockRestore();
});

it('flags are kept', () => {
  const engine = createEngine([detecting('a|re|i: ^whoami$'), { ...detecting('a|re: ^whoami$'), id: 'cased' }]);
  expect(engine.match(eventWith({ a: 'WhoAmI' })).map(({ rule }) => rule.id)).toEqual(['rule']);
});
