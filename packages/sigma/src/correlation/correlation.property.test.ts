import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CorrelationRule, SigmaRule } from '../rule.ts';
import { bruteForce, type MadeUpEvent } from './brute-force.fixture.ts';
import { aCorrelation, aDetection, namesOf, startCorrelating } from './made-up-rules.fixture.ts';

const ids = ['a', 'b', 'c'] as const;
const bases = ids.map(aDetection);
const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
const fromBelow = fc.record({ operator: fc.constantFrom('gt', 'gte'), value: fc.integer({ min: 1, max: 4 }) });
const anyBound = fc.record({ operator: fc.constantFrom(...operators), value: fc.integer({ min: -2, max: 6 }) });
const leaf = fc.constantFrom(...ids).map((id) => ({ kind: 'rule' as const, id }));
const joined = fc.record({
  kind: fc.constantFrom('and', 'or'),
  operands: fc.array(leaf, { minLength: 1, maxLength: 3 }),
});
const negated = fc.record({
  kind: fc.constant('and' as const),
  operands: fc.tuple(
    leaf,
    leaf.map((operand) => ({ kind: 'not' as const, operand })),
  ),
});

const events: fc.Arbitrary<readonly MadeUpEvent[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: -30, max: 60 }),
      rules: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 2 }),
      user: fc.constantFrom('ann', 'Ann', 'bob'),
      host: fc.constantFrom('h1', 'h2', 'h3', 'H3', undefined),
      bytes: fc.integer({ min: -8, max: 20 }).map((quarters) => quarters / 4),
    }),
    { maxLength: 40 },
  )
  .map((list) =>
    list.map(({ at, rules, user, host, bytes }, index) => ({
      id: `e${index}`,
      at,
      rules,
      fields: { user, bytes: String(bytes), ...(host !== undefined && { host }) },
    })),
  );

/** Arrival in an order in which no event is later than the lateness behind any before it, some of them twice, in batches. */
const arrivals = (latenessMs: number) =>
  events.chain((list) =>
    fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: latenessMs }), { minLength: list.length, maxLength: list.length }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 }),
      )
      .map(([delays, copies, sizes]) => {
        const arriving = list
          .map((event, index) => ({ event, arrival: event.at + (delays[index] ?? 0) }))
          .toSorted((one, other) => one.arrival - other.arrival)
          .map(({ event }) => event);
        for (const [which, gap] of copies) {
          const from = which % Math.max(1, arriving.length);
          const copy = arriving[from];
          if (copy) arriving.splice(from + 1 + (gap % (arriving.length - from)), 0, copy);
        }
        const batches: (readonly MadeUpEvent[])[] = [];
        for (let start = 0, turn = 0; start < arriving.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          batches.push(arriving.slice(start, start + size));
          start += size;
        }
        return { list, batches };
      }),
  );

const LATENESS = 7;

/** What the engine told of some arrivals, and what the oracle tells. */
function runBoth(
  rules: readonly SigmaRule[],
  { list, batches }: { list: readonly MadeUpEvent[]; batches: readonly (readonly MadeUpEvent[])[] },
) {
  const running = startCorrelating([...bases, ...rules], { latenessMs: LATENESS });
  for (const batch of batches) running.arrive(batch);
  running.end();
  return { told: namesOf(running.told), expected: bruteForce(rules, list), refusals: running.correlations.refusals };
}

const timespanMs = fc.integer({ min: 1, max: 25 });
const some = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 3 });
const oneRule = (given: { readonly [Key in keyof CorrelationRule]?: fc.Arbitrary<CorrelationRule[Key]> }) =>
  fc.record({ timespanMs, rules: some, ...given }).map((parts) => [aCorrelation(parts as Partial<CorrelationRule>)]);

const lower = fc.array(fromBelow, { minLength: 1, maxLength: 2 });
const any = fc.array(anyBound, { minLength: 1, maxLength: 2 });
const all = fc.constant([...ids]);
const type = <T extends CorrelationRule['type']>(...types: readonly T[]) => fc.constantFrom(...types);

describe('the firings are those of the definition, in any order within the lateness, with events delivered twice', () => {
  test.each([
    ['event_count from below', oneRule({ type: type('event_count'), bounds: lower })],
    ['event_count with any bounds', oneRule({ type: type('event_count'), bounds: any })],
    [
      'value_count from below',
      oneRule({ type: type('value_count'), bounds: lower, valueFields: fc.constant(['host']) }),
    ],
    [
      'value_count with any bounds',
      oneRule({ type: type('value_count'), bounds: any, valueFields: fc.constant(['host']) }),
    ],
    ['temporal, all rules', oneRule({ type: type('temporal'), bounds: fc.constant([]) })],
    ['temporal, so many rules', oneRule({ type: type('temporal'), rules: all, bounds: lower })],
    [
      'temporal with a condition',
      oneRule({ type: type('temporal'), rules: all, bounds: fc.constant([]), ruleCondition: joined }),
    ],
    [
      'temporal with a condition that has a not',
      oneRule({ type: type('temporal'), rules: all, bounds: fc.constant([]), ruleCondition: negated }),
    ],
    ['temporal_ordered, all rules', oneRule({ type: type('temporal_ordered'), bounds: fc.constant([]) })],
    ['temporal_ordered, so many rules', oneRule({ type: type('temporal_ordered'), rules: all, bounds: any })],
    [
      'temporal_ordered with a condition',
      oneRule({ type: type('temporal_ordered'), rules: all, bounds: fc.constant([]), ruleCondition: joined }),
    ],
    [
      'value_sum, value_avg, value_median',
      oneRule({
        type: type('value_sum', 'value_avg', 'value_median'),
        bounds: any,
        valueFields: fc.constant(['bytes']),
      }),
    ],
    [
      'value_percentile',
      oneRule({
        type: type('value_percentile'),
        bounds: any,
        valueFields: fc.constant(['bytes']),
        percentile: fc.constantFrom(0, 25, 50, 75, 100),
      }),
    ],
    [
      'value_percentile of shares',
      oneRule({
        type: type('value_percentile'),
        bounds: fc.constantFrom([{ operator: 'lte' as const, value: 25 }], [{ operator: 'gt' as const, value: 60 }]),
        valueFields: fc.constant(['bytes']),
      }),
    ],
  ])('%s', (_, given) => {
    fc.assert(
      fc.property(given, arrivals(LATENESS), (rules, arrival) => {
        const { told, expected, refusals } = runBoth(rules, arrival);
        expect(refusals).toEqual([]);
        expect(told).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

test('and so are those of correlations that count correlations, grouped by something else', () => {
  const chained = fc
    .record({
      timespanMs,
      outerSpanMs: timespanMs,
      bounds: fc.constant([{ operator: 'gte' as const, value: 2 }]),
      type: type('event_count', 'temporal', 'temporal_ordered', 'value_count'),
      groupBy: fc.constantFrom(['user'], ['host'], []),
      outermostGroup: fc.constantFrom(['user'], []),
    })
    .map(({ timespanMs: innerSpan, outerSpanMs, bounds, type: outerType, groupBy, outermostGroup }) => {
      const isTemporal = outerType.startsWith('temporal');
      return [
        aCorrelation({ id: 'inner', rules: ['a'], bounds, timespanMs: innerSpan }),
        aCorrelation({
          id: 'outer',
          type: outerType,
          rules: ['inner', 'b'],
          groupBy,
          timespanMs: outerSpanMs,
          bounds: isTemporal ? [] : bounds,
          valueFields: outerType === 'value_count' ? ['host'] : [],
        }),
        aCorrelation({
          id: 'outermost',
          rules: ['outer', 'c'],
          groupBy: outermostGroup,
          bounds,
          timespanMs: outerSpanMs,
        }),
      ];
    });
  fc.assert(
    fc.property(chained, arrivals(LATENESS), (rules, arrival) => {
      const { told, expected } = runBoth(rules, arrival);
      expect(told).toEqual(expected);
    }),
    { numRuns: 120 },
  );
});
