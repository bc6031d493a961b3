import { expect, test } from 'vitest';
import { readRules } from './read-rules.ts';

const read = (text: string, placeholders = new Map<string, readonly string[]>()) =>
  readRules([{ file: 'a.yml', text }], { placeholders });

/** A rule whose detection is the given lines. */
const ruleOf = (...detection: readonly string[]): string =>
  ['title: A rule', 'logsource:', '  product: windows', 'detection:', ...detection.map((line) => `  ${line}`)].join(
    '\n',
  );

const reasonsOf = (text: string): readonly string[] =>
  read(text).refusals.map(({ file, line, reason }) => `${file}:${line} ${reason}`);

test('a rule says what it is, where it stands and how it was written', () => {
  const text = [
    '# a comment',
    'title: Whoami',
    'id: 929a690e-bef0-4204-a928-ef5e620d6fcc',
    'date: 2019/10/23',
    'tags: [attack.t1033]',
    'author: Somebody',
    'logsource: {category: process_creation, product: Windows, definition: whatever}',
    "detection: {selection: {Image|endswith: '\\whoami.exe'}, condition: selection}",
    'level: high',
    '',
  ].join('\n');
  const { rules, refusals } = read(text);
  expect(refusals).toEqual([]);
  expect(rules[0]).toMatchObject({
    kind: 'detection',
    title: 'Whoami',
    id: '929a690e-bef0-4204-a928-ef5e620d6fcc',
    date: '2019-10-23',
    author: 'Somebody',
    level: 'high',
    logSource: { category: 'process_creation', product: 'windows' },
    tags: ['attack.t1033'],
    position: { file: 'a.yml', line: 2 },
    text,
    condition: {
      kind: 'search',
      name: 'selection',
      expression: {
        kind: 'field',
        field: 'Image',
        written: String.raw`\whoami.exe`,
        test: {
          kind: 'text',
          pattern: [{ kind: 'any' }, { kind: 'literal', text: String.raw`\whoami.exe` }],
          isCased: false,
        },
      },
    },
  });
});

test.each([
  ['an unknown modifier', ruleOf('a: {Image|within: x}', 'condition: a'), 'a.yml:5 there is no modifier within'],
  [
    'a condition of unknown searches',
    ruleOf('a: {Image: x}', 'condition: b'),
    'a.yml:6 the condition names b, which is no search',
  ],
  [
    'a rule without a title',
    'logsource: {product: a}\ndetection: {a: {b: c}, condition: a}',
    'a.yml:1 title is missing',
  ],
])('%s is refused with file, line and reason', (_, text, reason) => {
  expect(reasonsOf(text)).toEqual([reason]);
});
