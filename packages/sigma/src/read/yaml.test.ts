import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readingLimits } from './limits.ts';
import { readRules } from './read-rules.ts';

const reasonsOf = (text: string): readonly string[] =>
  readRules([{ file: 'a.yml', text }]).refusals.map(({ line, reason }) => `${line} ${reason}`);

const rule = 'title: T\nlogsource: {product: p}\ndetection: {a: {f: v}, condition: a}\n';

test.each([
  ['a key that is there twice', `${rule}level: low\nlevel: high\n`, '5 the key level is there twice'],
  ['a field that is there twice', rule.replace('{f: v}', '{f: v, f: w}'), '3 the key f is there twice'],
  ['a quote that is not closed', `${rule}author: "x\n`, expect.stringMatching(/^\d not YAML: Missing closing "quote$/)],
  ['an odd indentation', 'title: T\n  level: low\n', expect.stringMatching(/^\d not YAML: /)],
  ['a key that is a list', `${rule}[a]: b\n`, '1 a key is text, not a list, a map or nothing'],
  [
    'a merge',
    `base: &base {level: low}\n${rule}<<: *base\n`,
    '5 the key << merges in YAML 1.1 only: write out what it stands for',
  ],
  ['an alias of nothing', `${rule}author: *x\n`, '4 nothing is anchored as x'],
  ['a list', '- a\n', '1 a rule is a map'],
  ['nothing', '# only a comment\n', '1 the file is empty'],
  ['a title that is a list', rule.replace('title: T', 'title: [T]'), '1 title is text, not a list'],
  ['no title', rule.replace('title: T\n', ''), '1 title is missing'],
  ['a long title', rule.replace('T', 'x'.repeat(257)), '1 title is longer than 256 characters'],
  [
    'an odd level',
    `${rule}level: severe\n`,
    '4 level is one of informational, low, medium, high, critical, not severe',
  ],
  ['an odd status', `${rule}status: new\n`, expect.stringMatching(/^4 status is one of stable, /)],
  ['an odd date', `${rule}date: 2024-02-30\n`, '4 date is a date such as 2024-05-31, not 2024-02-30'],
  ['an odd tag', `${rule}tags: [Attack.T1]\n`, '4 a tag is namespace.name in lower case, not Attack.T1'],
  ['an odd kinship', `${rule}related: [{id: x, type: twin}]\n`, expect.stringMatching(/^4 type is one of derived, /)],
  ['a kinship of nobody', `${rule}related:\n  - type: similar\n`, '5 related wants id'],
  ['a scope that is a map', `${rule}scope: {a: b}\n`, '4 scope holds texts, not a map'],
  ['no log source', rule.replace('product: p', 'definition: p'), '2 logsource names no category, product or service'],
  ['a log source that is text', rule.replace('{product: p}', 'windows'), '2 logsource is a map, not a single value'],
  ['no detection', 'title: T\nlogsource: {product: p}\n', '1 detection is missing'],
])('%s is refused, in its line', (_, text, reason) => {
  expect(reasonsOf(text)).toEqual([reason]);
});

test('an anchor and its aliases are one value in several places', () => {
  const text = rule.replace('{f: v}', '{f: &x [v, w], g: *x}');
  expect(reasonsOf(text)).toEqual([]);
});

test('an alias stands for what was anchored last before it, whatever aliases between them hold', () => {
  const before = 'x: &o {f: &a one, g: *a}\ny: &a two\n';
  const text = before + rule.replace('{a: {f: v}, condition: a}', '{a: *o, b: {f: *a}, condition: a and b}');
  const [read] = readRules([{ file: 'a.yml', text }]).rules;
  const is = (word: string) => ({ test: { pattern: [{ kind: 'literal', text: word }] } });
  const [a, b] = read?.kind === 'detection' ? [read.searches.get('a'), read.searches.get('b')] : [];
  expect(a).toMatchObject({ operands: [is('one'), is('one')] });
  expect(b).toMatchObject(is('two'));
});

test('one broken document does not take the others with it', () => {
  const { rules, refusals } = readRules([{ file: 'a.yml', text: `${rule}---\ntitle: "B\n` }]);
  expect([rules.length, refusals.length]).toEqual([1, 1]);
});

const laughs = Array.from({ length: 20 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]`).join('\n');
const { fileChars, nodes, depth } = readingLimits;

// Each takes well under a second; without the limits the first would not end.
test.each([
  ['aliases of aliases', `l0: &l0 [x]\n${laughs}`, `the document has more than ${nodes} values`],
  ['thousands of aliases', `a: &a x\nb:\n${'- *a\n'.repeat(20_000)}`, 'title is missing'],
  ['an alias of what holds it', 'a: &a [*a]', `the document has more than ${depth} levels`],
  ['open brackets', '['.repeat(50_000), `the document has more than ${depth} levels`],
  ['open maps', 'a: {'.repeat(20_000), `the document has more than ${depth} levels`],
  [
    'steps to the right',
    Array.from({ length: 60 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
    `the document has more than ${depth} levels`,
  ],
  ['thousands of documents', '---\na: 1\n'.repeat(6_000), 'the file has more than 5000 documents'],
  ['an endless tag', '!'.repeat(50_000), 'not YAML: The !!!'],
  ['a huge file', 'a'.repeat(fileChars + 1), `the file is longer than ${fileChars} characters`],
  ['control characters', '\0'.repeat(10_000), 'a rule is a map'],
])('%s are refused at once', (_, text, reason) => {
  const reasons = reasonsOf(text);
  expect(reasons).toEqual([expect.stringContaining(reason)]);
  expect(reasons[0]?.length).toBeLessThan(600);
});

test('a rule that its modifiers would blow up is refused', () => {
  const values = Array.from({ length: 900 }, (_, at) => `' -a -b -c ${at}'`).join(', ');
  const text = rule.replace('{f: v}', `{f|windash|contains: [${values}]}`);
  expect(reasonsOf(text)).toEqual(['3 the rule has more than 100000 tests']);
});

const shreds = fc.constantFrom(
  ...'*|\\":[]{}&%?~-#()'.split(''),
  '\n',
  '\n---\n',
  'action: repeat\n',
  '|re',
  '|cidr',
  '|expand',
  ' of ',
  '0x',
  '!!set ',
);

test('a rule into which anything was put is loaded or refused, and what is kept of it reads the same', () => {
  const shredded = fc
    .array(fc.tuple(fc.nat(rule.length), shreds, fc.nat(3)), { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce((text, [at, shred, cut]) => text.slice(0, at) + shred + text.slice(at + cut), rule));
  fc.assert(
    fc.property(shredded, (text) => {
      const { rules, refusals } = readRules([{ file: 'a.yml', text }]);
      expect(rules.length + refusals.length).toBeGreaterThan(0);
      for (const { line, reason } of refusals) expect([line > 0, reason !== '']).toEqual([true, true]);
      const again = readRules(rules.map((read) => ({ file: 'a.yml', text: read.text })));
      expect(again.rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    }),
    { numRuns: 300 },
  );
});
