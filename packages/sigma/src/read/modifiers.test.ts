import { expect, test } from 'vitest';
import type { Expression, PatternPart } from '../expression.ts';
import { writePattern } from './pattern.fixture.ts';
import { readRules } from './read-rules.ts';

/** The expression that one entry of a search is read as; text tests as a rule would write them. */
function read(entry: string, placeholders: ReadonlyMap<string, readonly string[]> = new Map()): unknown {
  const text = `title: T\nlogsource: {product: p}\ndetection:\n  a:\n    ${entry.split('\n').join('\n    ')}\n  condition: a\n`;
  const { rules, refusals } = readRules([{ file: 'a.yml', text }], { placeholders });
  const [rule] = rules;
  if (rule?.kind !== 'detection') return refusals.map(({ reason }) => reason).join();
  return shown(rule.condition);
}

const pattern = (parts: readonly PatternPart[], isCased: boolean): string =>
  `${isCased ? 'cased ' : ''}${writePattern(parts)}`;

function shown(expression: Expression): unknown {
  switch (expression.kind) {
    case 'search':
      return shown(expression.expression);
    case 'and':
    case 'or':
      return { [expression.kind]: expression.operands.map(shown) };
    case 'not':
      return { not: shown(expression.operand) };
    case 'field':
    case 'keyword': {
      const { test: asked } = expression;
      return asked.kind === 'text' ? pattern(asked.pattern, asked.isCased) : asked;
    }
  }
}

test.each<[string, unknown]>([
  ['f: v', 'v'],
  ['f: [v, w]', { or: ['v', 'w'] }],
  ['f|contains: v', '*v*'],
  ['f|startswith: v', 'v*'],
  ['f|endswith: v', '*v'],
  ["f|contains: '*v?'", '*v?*'],
  ['f|contains|all: [v, w]', { and: ['*v*', '*w*'] }],
  ['f|all|contains: [v, w]', { and: ['*v*', '*w*'] }],
  ['f|cased|contains: V', 'cased *V*'],
  ['f|neq: v', { not: 'v' }],
  ['f|neq: [v, w]', { not: { or: ['v', 'w'] } }],
  ["f: ''", ''],
  ['f: null', { kind: 'null' }],
  ['f:', { kind: 'null' }],
  ['f: true', { kind: 'boolean', value: true }],
  ["f: 'true'", 'true'],
  ['f: yes', 'yes'],
  ['f: 4625', { kind: 'number', value: 4625 }],
  ["f: '4625'", '4625'],
  ['f: 1.0', { or: [{ kind: 'number', value: 1 }, '1.0'] }],
  ['f: 0x17', { or: [{ kind: 'number', value: 23 }, '0x17'] }],
  [
    'f: 12345678901234567890',
    { or: [{ kind: 'number', value: Number('12345678901234567890') }, '12345678901234567890'] },
  ],
  ['f|endswith: 17', '*17'],
  ['f: {}', 'f has a value or a list of values, not a map'],
  ['f|exists: true', { kind: 'exists', expected: true }],
  ['f|gte: 1.5', { kind: 'compare', operator: 'gte', value: 1.5 }],
  ['f|lt|neq: 5', { not: { kind: 'compare', operator: 'lt', value: 5 } }],
  ['f|hour: 5', { kind: 'timePart', part: 'hour', operator: 'eq', value: 5 }],
  ['f|hour|gte: 20', { kind: 'timePart', part: 'hour', operator: 'gte', value: 20 }],
  ['f|cidr: 10.0.0.0/8', { kind: 'cidr', cidr: '10.0.0.0/8' }],
  ['f|cidr: ::ffff:10.0.0.0/104', { kind: 'cidr', cidr: '::ffff:10.0.0.0/104' }],
  ['f|cidr: ::1', { kind: 'cidr', cidr: '::1/128' }],
  ['f|fieldref: g', { kind: 'fieldref', field: 'g', at: 'whole', isCased: false }],
  ['f|fieldref|endswith|cased: g', { kind: 'fieldref', field: 'g', at: 'end', isCased: true }],
  ['f|re: a.*b', { kind: 'regex', source: 'a.*b', flags: { ignoreCase: false, multiline: false, dotAll: false } }],
  ["f|re: '[?+-,]'", expect.objectContaining({ source: '[?+-,]' })],
  [String.raw`f|re: '(?i)[(?>]a++\[b]*+'`, expect.objectContaining({ kind: 'regex' })],
  ['f|re|i|s: a', { kind: 'regex', source: 'a', flags: { ignoreCase: true, multiline: false, dotAll: true } }],
  ['f|base64: foobar', 'Zm9vYmFy'],
  ['f|wide|base64: foo', 'ZgBvAG8A'],
  ['f|utf16be|base64: foo', 'AGYAbwBv'],
  ['f|utf16|base64: foo', '//5mAG8AbwA='],
  // The example of the specification's own appendix: what is the same of all three alignments.
  ['f|base64offset|contains: http://', { or: ['*aHR0cDovL*', '*h0dHA6Ly*', '*odHRwOi8v*'] }],
  ['f|windash: -x', { or: ['-x', '/x', '–x', '—x', '―x'] }],
  ['f|windash|contains: a-b /x', { or: ['-', '/', '–', '—', '―'].map((dash) => `*a-b ${dash}x*`) }],
])('%s is read as it should be', (entry, expected) => {
  expect(read(entry)).toEqual(expected);
});

test.each<[string, unknown]>([
  ['- v', '*v*'],
  ['- v\n- 17', { or: ['*v*', '*17*'] }],
  ['- f: v\n  g: w\n- f: x', { or: [{ and: ['v', 'w'] }, 'x'] }],
  ['- v\n- f: w', { or: ['*v*', 'w'] }],
  ["'|all': [v, w]", { and: ['*v*', '*w*'] }],
  ["'|re': a", { kind: 'regex', source: 'a', flags: { ignoreCase: false, multiline: false, dotAll: false } }],
  ["'|all': [v, w]\nf: x", { and: [{ and: ['*v*', '*w*'] }, 'x'] }],
])('the keywords and lists of %j are read as they should be', (search, expected) => {
  expect(read(search)).toEqual(expected);
});

const placeholders = new Map([
  ['Admins', ['adm_*', 'root']],
  ['Nets', ['10.0.0.0/8']],
]);

test.each<[string, unknown]>([
  ["f|expand: '%Admins%'", { or: ['adm_*', 'root'] }],
  ["f|expand|endswith: 'x\\%%Admins%'", { or: ['*x%adm_*', '*x%root'] }],
  ["f|contains|expand: '%Admins%'", { or: ['*adm_*', '*root*'] }],
  ["f|cidr|expand: '%Nets%'", { kind: 'cidr', cidr: '10.0.0.0/8' }],
  ["f: '%Admins%'", '%Admins%'],
  ["f|expand: '%Users%'", 'the placeholder %Users% has no values here'],
  ['f|expand: Admins', 'expand finds no placeholder such as %name% in Admins'],
])('with values for placeholders, %s is read as it should be', (entry, expected) => {
  expect(read(entry, placeholders)).toEqual(expected);
});

test.each([
  ['f|Contains: v', 'there is no modifier Contains'],
  ['f|: v', 'a modifier is missing behind |'],
  ['f|contains|contains: v', 'the modifier contains is there twice'],
  ['f|startswith|endswith: v', 'the modifiers startswith and endswith cannot stand together; contains is both'],
  ['f|all: v', 'the modifier all of f wants more than one value'],
  ['f|all: [v]', 'the modifier all of f wants more than one value'],
  ['f|all|neq: [v, w]', 'the modifiers all and neq together have no agreed meaning'],
  ['f: [v, null]', 'null cannot be in a list of values: give it a search of its own'],
  ['f: []', 'f has an empty list of values'],
  ['f: [[v]]', 'a value of f is a list'],
  ['f|contains: null', 'null has no text to look into'],
  ['f|re|contains: v', 'the modifiers re and contains cannot stand together'],
  ['f|re|cased: v', 'the modifiers re and cased cannot stand together'],
  ['f|i|re: v', 'the modifiers i, m and s stand behind re'],
  ['f|contains|i: v', 'the modifiers i, m and s stand behind re'],
  ["f|re: '('", 'not a regular expression, unterminated group: ('],
  ["f|re: '[b-a]'", 'not a regular expression, range out of order in character class: [b-a]'],
  ["f|re|expand: '%a%'", 'the modifiers re and expand cannot stand together'],
  ["f|re: ''", 'not a regular expression, it is empty and would match everything: '],
  ['f|re: 5', 're wants text, not 5'],
  ['f|cidr: 10.0.0.1/8', '10.0.0.1/8 has bits set behind its prefix of 8'],
  ['f|cidr: fe80::1/10', 'fe80::1/10 has bits set behind its prefix of 10'],
  ['f|cidr: 10.0.0.128/24', '10.0.0.128/24 has bits set behind its prefix of 24'],
  ['f|cidr: ::ffff:10.0.0.1/104', '::ffff:10.0.0.1/104 has bits set behind its prefix of 104'],
  ['f|cidr: ::ffff:0.0.0.0/90', '::ffff:0.0.0.0/90 has bits set behind its prefix of 90'],
  ['f|cidr: 010.0.0.0/8', '010.0.0.0/8 is no network such as 10.0.0.0/8 or fe80::/10'],
  ["f|cidr: 'fe80::%1/64'", 'fe80::%1/64 is no network such as 10.0.0.0/8 or fe80::/10'],
  ['f|cidr: 10.0.0.0/33', 'the prefix length of 10.0.0.0/33 is a number from 0 to 32'],
  ['f|cidr: 10.0.0/8', '10.0.0/8 is no network such as 10.0.0.0/8 or fe80::/10'],
  ['f|cidr|contains: 10.0.0.0/8', 'the modifiers cidr and contains cannot stand together'],
  ['f|exists: maybe', 'exists wants true or false, not maybe'],
  ['f|exists|neq: true', 'the modifiers exists and neq cannot stand together'],
  ["f|gt: '5'", 'a comparison wants a number without quotes, not 5'],
  ['f|gt|lt: 5', 'the modifiers gt and lt cannot stand together'],
  ['f|hour: 24', 'hour is a whole number from 0 to 23, not 24'],
  ['f|fieldref: 5', 'fieldref wants a field, not 5'],
  ['f|wide: v', 'the modifier wide is of use only before base64 or base64offset'],
  ['f|base64|wide: v', 'the modifier wide stands before base64'],
  ['f|contains|base64: v', 'the modifier contains stands behind base64: wildcards have no Base64'],
  ['f|base64|base64offset: v', 'the modifiers base64 and base64offset cannot stand together'],
  ['f|base64|expand: v', 'the modifier expand stands before base64'],
  ["f|base64: 'v*'", 'a value with wildcards has no encoding'],
  ["f|base64: ''", 'an empty value has no encoding'],
  ['f|base64offset|contains: v', 'a value this short has no Base64 at every offset'],
  ['f|base64: 5', 'base64 wants text, not 5'],
  [`f|windash: '${' -v'.repeat(5)}'`, 'windash would make more than 1000 of a value'],
  ["'|all': v", 'the modifier all of keywords wants more than one value'],
  ["'|startswith': v", 'a keyword is looked for anywhere; startswith and endswith want a field'],
  ["'|cidr': 10.0.0.0/8", 'a keyword has no field for cidr to ask of'],
  ["'': v", 'a field has no name'],
  ['- [v]', 'a list within the list of a search has no meaning'],
  ['- null', 'a keyword is text, not nothing'],
  ['- {}', 'a search is empty'],
])('%s is refused with its reason', (entry, reason) => {
  expect(read(entry)).toBe(reason);
});
