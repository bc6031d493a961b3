import { expect, test } from 'vitest';
import { readRules } from './read-rules.ts';

const rule = (name: string, product = 'windows'): string =>
  `title: ${name}\nid: id-${name}\nname: ${name}\nlogsource: {product: ${product}, category: process_creation}\ndetection: {a: {b: c}, condition: a}\n`;
const filter = (rules: string, extra = ''): string =>
  `title: Admins\nlogsource: {product: windows}\nfilter: {rules: ${rules}, a: {User|startswith: adm_}, condition: not a}\n${extra}`;

const read = (...documents: readonly string[]) => readRules([{ file: 'a.yml', text: documents.join('---\n') }]);

test('a filter narrows the rules it names, by id or name, wherever it stands, and no others', () => {
  const { rules, filters, refusals } = read(filter('[id-one, two]'), rule('one'), rule('two'), rule('three'));
  expect(refusals).toEqual([]);
  expect(filters).toMatchObject([{ title: 'Admins', rules: ['id-one', 'id-two'], position: { line: 1 } }]);
  const narrowed = {
    condition: {
      kind: 'and',
      operands: [
        { kind: 'search', name: 'a' },
        { kind: 'not', operand: { kind: 'search', name: 'Admins: a' } },
      ],
    },
  };
  expect(rules).toMatchObject([narrowed, narrowed, { condition: { kind: 'search', name: 'a' } }]);
  expect(rules.map((each) => (each.kind === 'detection' ? [...each.searches.keys()] : []))).toEqual([
    ['a', 'Admins: a'],
    ['a', 'Admins: a'],
    ['a'],
  ]);
});

test('a filter of a rule with an aggregation narrows what it counts', () => {
  const counting = rule('one').replace('condition: a', "timeframe: 5m, condition: 'a | count() > 5'");
  const { rules, filters, refusals } = read(filter('[one, id-one]'), counting);
  expect(refusals).toEqual([]);
  expect(filters).toMatchObject([{ rules: ['id-one-events'] }]);
  expect(rules).toMatchObject([{ id: 'id-one-events', condition: { kind: 'and' } }, { kind: 'correlation' }]);
});

test('a filter of a rule leaves the one alone that is merely called as if an aggregation counted it', () => {
  const { rules, filters } = read(rule('one'), rule('one-events'), filter('[id-one]'));
  expect(filters).toMatchObject([{ rules: ['id-one'] }]);
  expect(rules).toMatchObject([{ condition: { kind: 'and' } }, { condition: { kind: 'search' } }]);
  const counted =
    'title: C\nid: c\ncorrelation: {type: event_count, rules: [id-one], timespan: 1m, condition: {gt: 1}}\n';
  const { refusals } = read(rule('one'), rule('x').replace('id-x', 'c-events'), counted, filter('[c]'));
  expect(refusals).toMatchObject([{ reason: 'it filters c, which is a correlation' }]);
});

test('a filter for any rule narrows those of its log source', () => {
  const { filters } = read(filter('any'), rule('one'), rule('other', 'linux'));
  expect(filters).toMatchObject([{ rules: ['id-one'] }]);
});

test.each([
  ['an unknown rule', filter('[two]'), 'it filters two, which is not among the rules'],
  ['a rule of another log source', filter('[other]'), 'it filters other, which has another log source'],
  ['a correlation', filter('[counted]'), 'it filters counted, which is a correlation'],
  ['no rules', filter('[]'), 'rules names no rule; any stands for all of the log source'],
  [
    'no log source',
    filter('[one]').replace('{product: windows}', '{}'),
    'logsource names no category, product or service',
  ],
  [
    'a detection beside it',
    filter('[one]', 'detection: {a: {b: c}, condition: a}\n'),
    'a document is a filter or has a detection, not both',
  ],
  ['a condition of nothing', filter('[one]').replace('not a', 'not b'), 'the condition names b, which is no search'],
])('a filter with %s is refused, and the rules stay as they are', (_, text, reason) => {
  const counted =
    'title: C\nname: counted\ncorrelation: {type: event_count, rules: [one], timespan: 1m, condition: {gt: 1}}\n';
  const { rules, filters, refusals } = read(rule('one'), rule('other', 'linux'), counted, text);
  expect(refusals.map(({ reason: told }) => told)).toEqual([reason]);
  expect(filters).toEqual([]);
  expect(rules).toMatchObject([{ condition: { kind: 'search' } }, {}, {}]);
});

test('a filter with the id of a rule or of another filter is refused, whichever comes first', () => {
  const own = filter('any', 'id: id-admins\n');
  const twice = read(own, rule('one'), own);
  expect(twice.filters).toMatchObject([{ id: 'id-admins', position: { line: 1 } }]);
  expect(twice.refusals).toMatchObject([{ id: 'id-admins', reason: 'its id id-admins is that of a.yml:1' }]);
  expect(twice.rules).toMatchObject([{ condition: { operands: [{}, { kind: 'not' }] } }]);
  const alike = read(filter('any', 'id: id-one\n'), rule('one'));
  expect(alike).toMatchObject({ filters: [], refusals: [{ reason: 'its id id-one is that of a.yml:6', line: 1 }] });
  expect(alike.rules).toMatchObject([{ condition: { kind: 'search' } }]);
});

test('a filter that is not to narrow is read like any other and leaves the rules as they are', () => {
  const files = [{ file: 'a.yml', text: [rule('one'), filter('any', 'id: id-admins\n')].join('---\n') }];
  const asked: string[] = [];
  const { rules, filters } = readRules(files, { narrows: (id) => asked.push(id) === 0 });
  expect([asked, filters.map((each) => each.rules)]).toEqual([['id-admins'], [['id-one']]]);
  expect(rules).toMatchObject([{ condition: { kind: 'search' } }]);
});
