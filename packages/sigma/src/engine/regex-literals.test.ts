import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { createEngine } from './engine.ts';
import { literalsOf } from './regex-literals.ts';
import { detecting, eventWith } from './small-rules.fixture.ts';

it.each<[string, string]>([
  ['abc(?i)*', 'zzzab'],
  ['abc(?i)?', 'zzzab'],
  ['abc(?s){0}', 'zzzab'],
  ['(?:abc)(?i)*', 'zzz'],
  ['abc(?i)(?s)*', 'zzzab'],
])('%s, whose quantifier stands behind flags, is found wherever RE2 finds it', (source, text) => {
  // What RE2 does with it is its own; the index may demand no more than that.
  expect(RE2JS.compile(source).test(text)).toBe(true);
  expect(createEngine([detecting(`f|re: '${source}'`)]).match(eventWith({ f: text }))).toHaveLength(1);
});

it.each<[string, readonly string[] | undefined]>([
  ['whoami', ['whoami']],
  ['(?i)WhoAmI', ['whoami']],
  [String.raw`\\cmd\.exe\s`, ['\\cmd.exe']],
  ['(?:net|net1) user', [' user']],
  ['(?:first|second)x?', ['first', 'second']],
  ['ab+cdef', ['cdef']],
  ['abc*', ['ab']],
  ['a|[bc]', undefined],
  ['x*', undefined],
  [String.raw`\Qa.b\E`, undefined],
])('of what %s matches, one of %j is in the text', (source, literals) => {
  expect(literalsOf(source)).toEqual(literals);
});
