import { expect, test } from 'vitest';
import { createCorrelations } from '../correlation/correlations.ts';
import type { CorrelationRule } from '../rule.ts';
import { readRules } from './read-rules.ts';

const rule = (name: string, extra = ''): string =>
  `title: ${name}\nid: id-${name}\nname: ${name}\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n${extra}`;
const correlation = (name: string, section: string, extra = ''): string =>
  `title: ${name}\nid: id-${name}\nname: ${name}\ncorrelation: ${section}\n${extra}`;

const read = (...documents: readonly string[]) => readRules([{ file: 'a.yml', text: documents.join('---\n') }]);

function readCorrelation(section: string, extra = ''): CorrelationRule {
  const { rules, refusals } = read(correlation('c', section, extra), rule('one'), rule('two', 'level: high\n'));
  expect(refusals).toEqual([]);
  const found = rules.find((each) => each.kind === 'correlation');
  expect(found).toBeDefined();
  return found as CorrelationRule; // expected to be there above
}

test('a correlation counts rules by id or by name, whatever their order, and takes their highest level', () => {
  expect(
    readCorrelation('{type: event_count, rules: [one, id-two], timespan: 90m, condition: {gt: 100, lte: 200}}'),
  ).toMatchObject({
    type: 'event_count',
    rules: ['id-one', 'id-two'],
    timespanMs: 5_400_000,
    bounds: [
      { operator: 'gt', value: 100 },
      { operator: 'lte', value: 200 },
    ],
    groupBy: [],
    valueFields: [],
    level: 'high',
    generate: false,
  });
});

test('aliases, group-by and generate are read', () => {
  const section =
    '{type: temporal, rules: [one, two], timespan: 1d, group-by: [ip], generate: true, aliases: {ip: {one: src, two: dst}}}';
  expect(readCorrelation(section, 'level: low\n')).toMatchObject({
    groupBy: ['ip'],
    bounds: [],
    generate: true,
    level: 'low',
    aliases: new Map([
      [
        'ip',
        new Map([
          ['id-one', 'src'],
          ['id-two', 'dst'],
        ]),
      ],
    ]),
  });
});

test.each([
  ['value_count', '{field: [User, Host], gte: 3}', { valueFields: ['User', 'Host'] }],
  ['value_sum', '{field: bytes, gt: 0.5}', { bounds: [{ operator: 'gt', value: 0.5 }] }],
  ['value_avg', '{field: bytes, neq: 1}', { bounds: [{ operator: 'neq', value: 1 }] }],
  ['value_median', '{field: bytes, eq: 1}', { valueFields: ['bytes'] }],
  ['value_percentile', '{field: bytes, percentile: 95, gt: 1}', { percentile: 95 }],
  ['temporal_ordered', '{gte: 2}', { bounds: [{ operator: 'gte', value: 2 }] }],
])('%s has its own condition', (type, condition, expected) => {
  expect(readCorrelation(`{type: ${type}, rules: [one], timespan: 1h, condition: ${condition}}`)).toMatchObject({
    type,
    ...expected,
  });
});

test('a temporal correlation may have a condition over names, which may stand for rules as well', () => {
  const expected = {
    rules: ['id-one', 'id-two'],
    ruleCondition: {
      kind: 'and',
      operands: [
        { kind: 'rule', id: 'id-one' },
        { kind: 'not', operand: { kind: 'rule', id: 'id-two' } },
      ],
    },
  };
  expect(readCorrelation('{type: temporal, timespan: 1h, condition: one and not id-two}')).toMatchObject(expected);
  const named = '{type: temporal, rules: [one, two], timespan: 1h, condition: one and not two}';
  expect(readCorrelation(named)).toMatchObject(expected);
});

const count = (rules: string): string => `{type: event_count, rules: [${rules}], timespan: 1m, condition: {gte: 2}}`;

test.each([
  ['an unknown rule', count('three'), 'it counts three, which is not among the rules'],
  ['a rule twice', count('one, id-one'), 'it counts id-one twice, by id and by name'],
  ['itself', count('c'), 'it counts c, which counts it in turn'],
  ['no rule', count(''), 'rules names no rule'],
  ['no timespan', '{type: temporal, rules: [one]}', 'timespan is missing'],
  [
    'an odd timespan',
    '{type: temporal, rules: [one], timespan: 1M}',
    'timespan is a number and s, m, h or d, such as 90m, not 1M',
  ],
  [
    'an unknown type',
    '{type: near, rules: [one], timespan: 1m}',
    expect.stringMatching(/^type is one of event_count, /),
  ],
  ['no condition', '{type: event_count, rules: [one], timespan: 1m}', 'event_count wants a condition'],
  [
    'no field',
    '{type: value_sum, rules: [one], timespan: 1m, condition: {gt: 1}}',
    'value_sum wants a field in its condition',
  ],
  [
    'an odd field',
    '{type: event_count, rules: [one], timespan: 1m, condition: {gt: 1, field: a}}',
    'field has no meaning in the condition of event_count',
  ],
  [
    'an odd key',
    '{type: event_count, rules: [one], timespan: 1m, condition: {gt: 1}, groupby: a}',
    'groupby has no meaning in a correlation',
  ],
  [
    'a fraction',
    '{type: event_count, rules: [one], timespan: 1m, condition: {gt: 1.5}}',
    'gt counts: 1.5 is no whole number from 0',
  ],
  [
    'a text as condition',
    '{type: event_count, rules: [one], timespan: 1m, condition: one}',
    'the condition of event_count is a map such as {gte: 10}',
  ],
  [
    'an alias of another rule',
    '{type: temporal, rules: [one], timespan: 1m, aliases: {a: {two: b}}}',
    'the alias a is of two, which is not among rules',
  ],
  [
    'a name beside rules',
    '{type: temporal, rules: [one], timespan: 1m, condition: one and two}',
    'the condition names two, which is not among rules',
  ],
  [
    'a rule beside the condition',
    '{type: temporal, rules: [one, two], timespan: 1m, condition: one}',
    'the condition does not name two, which is among rules',
  ],
])('a correlation with %s is refused', (_, section, reason) => {
  const { refusals, rules } = read(rule('one'), rule('two'), correlation('c', section));
  expect(refusals.map(({ reason: told }) => told)).toEqual([reason]);
  expect(rules).toHaveLength(2);
});

test('a circle of correlations is refused, and what counts it with it', () => {
  const { refusals, rules } = read(
    correlation('a', count('b')),
    correlation('b', count('a')),
    correlation('c', count('a')),
    rule('one'),
  );
  expect(refusals.map(({ id }) => id)).toEqual(['id-a', 'id-b', 'id-c']);
  expect(rules.map(({ id }) => id)).toEqual(['id-one']);
});

test('a correlation over a refused rule is refused with it', () => {
  const { refusals } = read(rule('one').replace('condition: a', 'condition: z'), correlation('c', count('one')));
  expect(refusals.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
    '5 the condition names z, which is no search',
    '10 it counts one, which is not among the rules',
  ]);
});

test('an aggregation of Sigma 1 becomes a correlation with the id of the rule', () => {
  const text = rule('old', 'level: high\n').replace(
    'condition: a',
    'timeframe: 5m, condition: "a | count(User) by Host, Ip > 5"',
  );
  const { rules, refusals } = read(text);
  expect(refusals).toEqual([]);
  expect(rules).toMatchObject([
    { kind: 'detection', id: 'id-old-events', condition: { kind: 'search', name: 'a' } },
    {
      kind: 'correlation',
      id: 'id-old',
      name: 'old',
      level: 'high',
      type: 'value_count',
      rules: ['id-old-events'],
      groupBy: ['Host', 'Ip'],
      timespanMs: 300_000,
      valueFields: ['User'],
      bounds: [{ operator: 'gt', value: 5 }],
    },
  ]);
  // What a store keeps of them gives the same again.
  const again = readRules(rules.map(({ text: kept }) => ({ file: 'kept', text: kept })));
  const plain = ({ position: _, text: __, ...rest }: (typeof rules)[number]) => rest;
  expect(again.rules.map(plain)).toEqual(rules.map(plain));
});

const aggregated = (name: string): string =>
  rule(name).replace('condition: a', 'timeframe: 5m, condition: "a | count() > 5"');

test.each([
  [
    'whose id another rule has',
    rule('other').replace('id-other', 'id-old'),
    'its id id-old is that of a.yml:1',
    'id-old',
  ],
  [
    'whose name another rule has',
    rule('other').replace('name: other', 'name: old'),
    'its name old is that of a.yml:1',
    'id-other',
  ],
  [
    'whose counted rule has the id of another',
    rule('other').replace('id-other', 'id-old-events'),
    'its id id-old-events is that of a.yml:1',
    'id-old-events',
  ],
])('an aggregation %s is refused with all that was made of it', (_, other, reason, kept) => {
  const { rules, refusals } = read(other, aggregated('old'));
  expect(refusals).toMatchObject([{ reason, id: 'id-old', title: 'old' }]);
  expect(refusals).toHaveLength(1);
  expect(rules.map(({ id, kind }) => `${kind} ${id}`)).toEqual([`detection ${kept}`]);
});

test('an aggregation over searches that cannot be read is refused under its own id', () => {
  const { refusals, rules } = read(aggregated('old').replace('b: c', 'b|within: c'));
  expect(refusals).toMatchObject([{ reason: 'there is no modifier within', id: 'id-old' }]);
  expect([refusals.length, rules.length]).toEqual([1, 0]);
});

test('what an aggregation counts is not told by itself where the aggregation cannot be run', () => {
  const { rules } = read(aggregated('old').replace('> 5', '> 60000'), rule('one'));
  const { refusals, isTold, counts } = createCorrelations(rules, { latenessMs: 0, maxEntries: 1_000 });
  expect(refusals).toMatchObject([{ id: 'id-old' }]);
  const [base, , other] = rules.map(({ id }) => `${id} ${isTold(id)} ${counts(id)}`);
  expect([base, other]).toEqual(['id-old-events false false', 'id-one true false']);
});

test.each([
  ['near', 'a | near b', 'near is of Sigma 1: write a correlation rule of type temporal'],
  ['min', 'a | min(b) > 5', 'min is of Sigma 1 and no correlation type stands for it'],
  ['no timeframe', 'a | count() > 5', 'an aggregation wants a timeframe beside the condition'],
  ['no aggregation', 'a | sort b', 'sort b is no aggregation such as count() by User > 5'],
])('an aggregation with %s is refused', (_, condition, reason) => {
  const { refusals } = read(rule('old').replace('condition: a', `condition: '${condition}'`));
  expect(refusals.map(({ reason: told }) => told)).toEqual([reason]);
});
