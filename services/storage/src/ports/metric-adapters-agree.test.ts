import { MetricAggregate } from '@soc/contracts/storage/metrics';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { metricAdapters } from './metric-adapters.fixture.ts';

const START_MS = Date.parse('2026-03-01T10:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();

const labelValue = fc.constantFrom('a', 'b', `it's`, 'x y=z,', '');
const points = fc.array(
  fc.record({
    atMs: fc.oneof(fc.integer({ min: 0, max: 3_599_999 }), fc.constantFrom(0, 300_000, 1_800_000)),
    value: fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }),
    labels: fc.dictionary(fc.constantFrom('severity', 'source', '_value'), labelValue, { maxKeys: 2 }),
  }),
  { minLength: 1, maxLength: 30 },
);
const queries = fc.record({
  stepS: fc.constantFrom(1, 7, 60, 300, 900, 3_600),
  where: fc.array(
    fc.record({
      label: fc.constantFrom('severity', 'source', 'nobody'),
      values: fc.array(labelValue, { minLength: 1, maxLength: 2 }),
      isNot: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  groupBy: fc.subarray(['severity', 'source', 'nobody'], { maxLength: 2 }),
  offsetMs: fc.constantFrom(0, 0, 250, 60_000),
});

/** Values are added in another order, so sums may differ in their last digits. */
const about = (value: unknown): unknown => {
  if (typeof value === 'number') return expect.closeTo(value, 4);
  if (Array.isArray(value)) return value.map(about);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, about(each)]));
};

test.skipIf(metricAdapters.length < 2)(
  'all adapters give the same answers to the same questions, and intervals the same as points',
  { timeout: 240_000 },
  async () => {
    const adapters = await Promise.all(metricAdapters.map(({ open }) => open()));
    onTestFinished(async () => void (await Promise.all(adapters.map(({ close }) => close()))));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(points, fc.array(queries, { minLength: 3, maxLength: 3 }), async (given, asked) => {
        run += 1;
        const name = `run ${run}`;
        const written = given.map(({ atMs, ...rest }) => ({ tenantId: 't', name, at: iso(START_MS + atMs), ...rest }));
        for (const { write } of adapters) {
          await write(written.slice(0, 10));
          await write(written.slice(10));
        }
        for (const { offsetMs, ...rest } of asked) {
          const range = { from: iso(START_MS + offsetMs), to: iso(START_MS + 3_600_000) };
          const query = { tenantId: 't', name, ...range, ...rest, aggregates: MetricAggregate.options, resolutionS: 0 };
          const [first, ...others] = await Promise.all(adapters.map((each) => each.query(query)));
          for (const other of others) expect(other).toEqual(about(first));
          if (rest.stepS % 300 > 0 || offsetMs > 0) continue;
          const simple = { ...query, aggregates: MetricAggregate.options.slice(0, 6) };
          const byPoints = await adapters[0]?.query(simple);
          for (const each of adapters) {
            expect(await each.query({ ...simple, resolutionS: 300 })).toEqual(about(byPoints));
          }
        }
      }),
      { numRuns: 8, seed: 6 },
    );
  },
);
