import { describe, expect, test } from 'vitest';
import type { MadeUpEvent } from './brute-force.fixture.ts';
import { createCorrelations } from './correlations.ts';
import { createExactSum } from './exact-sum.ts';
import { aCorrelation, aDetection, startCorrelating } from './made-up-rules.fixture.ts';

const LATENESS = { latenessMs: 60_000 };
const MINUTE = 60_000;
const a = aDetection('a');
const b = aDetection('b');

const event = (id: number | string, at: number, given: Partial<MadeUpEvent> = {}): MadeUpEvent => ({
  id: `e${id}`,
  at,
  rules: ['a'],
  fields: { user: 'ann' },
  ...given,
});
const every = (count: number, gapMs: number, given: Partial<MadeUpEvent> = {}) =>
  Array.from({ length: count }, (_, index) => event(index, index * gapMs, given));

describe('the example of the specification: many failed logins, then a successful one', () => {
  const rules = [
    aDetection('failed_login'),
    aDetection('successful_login'),
    aCorrelation({
      id: 'many_failed',
      rules: ['failed_login'],
      groupBy: ['ComputerName'],
      timespanMs: 10 * MINUTE,
      bounds: [{ operator: 'gte', value: 10 }],
    }),
    aCorrelation({
      id: 'then_success',
      type: 'temporal_ordered',
      rules: ['many_failed', 'successful_login'],
      groupBy: ['User'],
      timespanMs: 10 * MINUTE,
      bounds: [],
    }),
  ];
  const fields = { computername: 'dc1', user: 'ann' };
  const failed = every(10, 1_000, { rules: ['failed_login'], fields });
  const success = (at: number, user = 'ANN') => event('s', at, { rules: ['successful_login'], fields: { user } });

  test('fires at the login, by the user of the failed ones, and not for another user', () => {
    const running = startCorrelating(rules, LATENESS);
    running.arrive(failed);
    running.arrive([success(12_000, 'bob')]);
    expect(running.told.map(({ ruleId }) => ruleId)).toEqual(['many_failed']);
    running.arrive([{ ...success(12_500), id: 'again' }]);
    expect(running.told.map(({ ruleId }) => ruleId)).toEqual(['many_failed', 'then_success']);
    expect(running.told[1]).toMatchObject({ at: 12_500, group: { values: ['ANN'] } });
  });

  test('does not fire when the login came first, nor when it came after the timespan', () => {
    const running = startCorrelating(rules, LATENESS);
    running.arrive([success(8_500), ...failed, { ...success(9_000 + 10 * MINUTE + 1), id: 'too late' }]);
    expect(running.told.map(({ ruleId }) => ruleId)).toEqual(['many_failed']);
  });

  test('the failed logins are not told by themselves, nor is their number; what counts them is', () => {
    const { correlations } = startCorrelating(rules, LATENESS);
    expect(rules.map(({ id }) => correlations.isTold(id))).toEqual([false, false, false, true]);
    const generating = createCorrelations([a, aCorrelation({ generate: true })], { ...LATENESS, maxEntries: 10 });
    expect(generating.isTold('a')).toBe(true);
    expect(generating.isTold('never counted')).toBe(true);
  });
});

test('a firing names its moment, what was measured and the events, each once', () => {
  const running = startCorrelating([a, aCorrelation({ timespanMs: MINUTE })], LATENESS);
  running.arrive([event(1, 10), event(1, 10), event(2, 20), event(3, 30), event(4, 40)]);
  expect(running.told).toMatchObject([
    { at: 30, measured: 3, events: 3, eventIds: ['e1', 'e2', 'e3'], span: 0, group: { values: ['ann'] } },
  ]);
});

test('what goes on fires once in each span of its timespan', () => {
  const running = startCorrelating([a, aCorrelation({ timespanMs: MINUTE })], LATENESS);
  for (const one of every(600, 1_000)) running.arrive([one]);
  expect(running.told.map(({ span }) => span)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('an event behind its group by more than the lateness is counted as late and changes nothing', () => {
  const running = startCorrelating([a, aCorrelation({ timespanMs: 10 * MINUTE })], LATENESS);
  running.arrive([event(1, 100_000), event(2, 100_000)]);
  running.arrive([event(3, 39_999)]);
  expect(running.counts.late).toBe(1);
  expect(running.told).toEqual([]);
  running.arrive([event(4, 1_000, { fields: { user: 'bob' } }), event(5, 40_000)]);
  expect(running.counts.late).toBe(1);
  expect(running.told).toHaveLength(1);
});

test('an event delivered again after its window has been forgotten is late, and counts no second time', () => {
  const running = startCorrelating([a, aCorrelation({ timespanMs: MINUTE })], LATENESS);
  const burst = every(3, 1);
  running.arrive(burst);
  running.arrive([event('much later', 60 * MINUTE)]);
  running.arrive(burst);
  expect(running.told).toHaveLength(1);
  expect(running.counts.late).toBe(3);
});

test('a rule with an upper bound waits until the moment is settled, or until nothing more is expected', () => {
  const bounds = [{ operator: 'eq', value: 2 }] as const;
  const running = startCorrelating([a, aCorrelation({ timespanMs: MINUTE, bounds })], LATENESS);
  running.arrive([event(1, 0), event(2, 10)]);
  expect(running.told).toEqual([]);
  running.arrive([event(3, 5)]);
  running.end();
  expect(running.told).toMatchObject([{ at: 5, measured: 2 }]);
});

describe('state is bounded', () => {
  const flood = every(5_000, 20, { fields: { user: 'ann', host: 'h' } }).map((one, index) => ({
    ...one,
    rules: index % 2 === 0 ? ['a'] : ['a', 'b'],
    fields: { ...one.fields, host: `h${index % 40}` },
  }));
  const lateness = { latenessMs: 2 * MINUTE, maxEntries: 300 };
  // The flood lasts 100 s: 10 spans of 10 s, all within the lateness, and the one before.
  test.each([
    ['event_count keeps as many events a span as it asks for', { type: 'event_count' as const }, 11 * 3],
    ['value_count as many values', { type: 'value_count' as const, valueFields: ['host'] }, 11 * 3],
    ['temporal one of each rule', { type: 'temporal' as const, rules: ['a', 'b'], bounds: [] }, 11 * 2],
  ])('%s', (_, given, most) => {
    const running = startCorrelating([a, b, aCorrelation({ timespanMs: 10_000, ...given })], lateness);
    for (let start = 0; start < flood.length; start += 100) running.arrive(flood.slice(start, start + 100));
    const [state] = running.states();
    expect(state?.entries.length).toBeLessThanOrEqual(most);
    expect(running.counts.dropped).toBe(0);
    expect(running.told).toHaveLength(10);
  });

  test('a rule that asks for more events than others may keep has them', () => {
    const many = aCorrelation({ timespanMs: 10 * MINUTE, bounds: [{ operator: 'gte', value: 2_000 }] });
    const running = startCorrelating([a, many], lateness);
    for (let start = 0; start < flood.length; start += 100) running.arrive(flood.slice(start, start + 100));
    expect(running.told).toMatchObject([{ measured: 2_000 }]);
    expect(running.counts.dropped).toBe(0);
  });

  test('a rule that needs every event keeps the newest, and tells how many it forgot', () => {
    const sum = aCorrelation({ type: 'value_sum', valueFields: ['n'], timespanMs: 10 * MINUTE });
    const running = startCorrelating([a, sum], lateness);
    const numbered = flood.map((one) => ({ ...one, fields: { user: 'ann', n: '1' } }));
    for (let start = 0; start < 1_000; start += 100) running.arrive(numbered.slice(start, start + 100));
    expect(running.states()[0]?.entries).toHaveLength(300);
    expect(running.counts.dropped).toBe(700);
  });
});

test('aliases name the field of each rule, in group-by and in correlations of correlations', () => {
  const aliases = new Map([
    [
      'internal_ip',
      new Map([
        ['a', 'destination.ip'],
        ['b', 'source.ip'],
      ]),
    ],
  ]);
  const given = { type: 'temporal', rules: ['a', 'b'], groupBy: ['internal_ip'], aliases, bounds: [] } as const;
  const outer = aCorrelation({
    id: 'outer',
    rules: ['correlation'],
    groupBy: ['who'],
    aliases: new Map([['who', new Map([['correlation', 'internal_ip']])]]),
    bounds: [{ operator: 'gte', value: 1 }],
  });
  const running = startCorrelating([a, b, aCorrelation(given), outer], LATENESS);
  running.arrive([event(1, 0, { fields: { 'destination.ip': '10.0.0.1', 'source.ip': '10.0.0.2' } })]);
  running.arrive([event(2, 1, { rules: ['b'], fields: { 'source.ip': '10.0.0.2' } })]);
  expect(running.told).toEqual([]);
  running.arrive([event(3, 2, { rules: ['b'], fields: { 'source.ip': '10.0.0.1' } })]);
  expect(running.told.map(({ ruleId, group: { values } }) => [ruleId, ...values])).toEqual([
    ['correlation', '10.0.0.1'],
    ['outer', '10.0.0.1'],
  ]);
});

test('an event that lacks a field of group-by, or the value that counts, belongs to no window', () => {
  const hosts = aCorrelation({
    type: 'value_count',
    valueFields: ['host', 'port'],
    bounds: [{ operator: 'gte', value: 2 }],
  });
  const running = startCorrelating([a, hosts], LATENESS);
  const fields = { user: 'ann', host: 'h1', port: '1' };
  running.arrive([event(1, 0, { fields }), event(2, 0, { fields: { host: 'h2', port: '2' } })]);
  running.arrive([event(3, 0, { fields: { user: 'ann', host: 'h2' } }), event(4, 0, { fields })]);
  expect(running.told).toEqual([]);
  running.arrive([event(5, 0, { fields: { ...fields, port: '2' } })]);
  expect(running.told).toHaveLength(1);
});

test.each([
  ['counts a rule that is not there', [aCorrelation({ rules: ['gone'] })], 'counts the rule gone, which is not there'],
  [
    'counts itself',
    [aCorrelation({ id: 'x', rules: ['y'] }), aCorrelation({ id: 'y', rules: ['x'] })],
    'counts itself by way of others, or a correlation that is refused',
  ],
  [
    'sums up correlations',
    [aCorrelation(), aCorrelation({ id: 'x', type: 'value_sum', valueFields: ['n'], rules: ['correlation'] })],
    'computes with values of the correlation correlation, which has none of its own',
  ],
  ['counts values of no field', [aCorrelation({ type: 'value_count' })], 'names no field whose values count'],
  [
    'asks for more events than a window remembers',
    [aCorrelation({ bounds: [{ operator: 'eq', value: 11 }] })],
    'compares with 11, but a window remembers 10',
  ],
  ['has no timespan', [aCorrelation({ timespanMs: 0 })], 'has no timespan'],
])('a correlation that %s is refused, with the place', (_, rules, reason) => {
  const { refusals } = createCorrelations([a, ...rules], { ...LATENESS, maxEntries: 10 });
  expect(refusals[0]).toMatchObject({ file: 'rules.yml', line: 1, reason });
});

test('a sum is exact, whatever joined and left before', () => {
  const sum = createExactSum();
  for (const value of [1e17, 0.1, 3, -1e17, 0.2, -3]) sum.add(value);
  expect(sum.total()).toBe(0.1 + 0.2);
  for (let index = 0; index < 8; index += 1) sum.add(0.1);
  sum.add(-0.2);
  expect(sum.total()).toBe(0.9);
});
