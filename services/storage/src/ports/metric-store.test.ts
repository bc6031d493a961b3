import { type MetricAggregate, MetricAggregate as Aggregate } from '@soc/contracts/storage/metrics';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MetricQuery } from '../domain/metric-query.ts';
import { type MetricAdapter, metricAdapters } from './metric-adapters.fixture.ts';

const at = (time: string): string => `2026-03-01T${time}Z`;
const hour = { from: at('10:00:00'), to: at('11:00:00') };

/** Every adapter passes the same tests; a new one is a line of the fixture. */
describe.each(metricAdapters)('metric store: $name', ({ open }) => {
  let adapter: MetricAdapter;
  beforeAll(async () => {
    adapter = await open();
  });
  afterAll(() => adapter.close());

  const write = (name: string, points: readonly (readonly [time: string, value: number, labels?: object])[]) =>
    adapter.write(
      points.map(([time, value, labels = {}]) => ({
        tenantId: 'default',
        name,
        at: at(time),
        value,
        // Labels of the tests are texts.
        labels: labels as Record<string, string>,
      })),
    );
  const ask = async (name: string, query: Partial<MetricQuery> & { resolutionS?: number } = {}) => {
    const all: readonly MetricAggregate[] = ['avg', 'min', 'max', 'count'];
    const answer = await adapter.query({
      tenantId: 'default',
      name,
      ...hour,
      stepS: 60,
      where: [],
      groupBy: [],
      aggregates: all,
      resolutionS: 0,
      ...query,
    });
    if (!answer.ok) throw new Error(answer.refusal);
    return answer.series;
  };

  test('tells of the points of each step, from included and to excluded', async () => {
    await write('range', [
      ['09:59:59.999', 1_000],
      ['10:00:00', 1],
      ['10:00:59.999', 2],
      ['10:02:00', -7.5],
      ['11:00:00', 1_000],
    ]);
    expect(await ask('range')).toEqual([
      {
        labels: {},
        items: [
          { at: at('10:00:00.000'), avg: 1.5, min: 1, max: 2, count: 2 },
          { at: at('10:02:00.000'), avg: -7.5, min: -7.5, max: -7.5, count: 1 },
        ],
      },
    ]);
  });

  test('steps are counted from the beginning of the range', async () => {
    await write('steps', [['10:00:20', 1]]);
    expect(await ask('steps', { from: at('09:59:30.500') })).toMatchObject([{ items: [{ at: at('09:59:30.500') }] }]);
  });

  test('keeps names and tenants apart', async () => {
    await write('mine', [['10:00:00', 1]]);
    expect(await ask('yours')).toEqual([]);
    expect(await ask('mine', { tenantId: 'other' })).toEqual([]);
  });

  test('points of one series at the same millisecond all count, and the last to arrive is the last', async () => {
    await write('ties', [
      ['10:00:00.123', 1],
      ['10:00:00.123', 3],
    ]);
    await write('ties', [['10:00:00.123', 2]]);
    expect(await ask('ties', { aggregates: ['count', 'sum', 'last'] })).toMatchObject([
      { items: [{ count: 3, sum: 6, last: 2 }] },
    ]);
  });

  test('every aggregate is what its name says', async () => {
    await write(
      'aggregates',
      [4, 1, 3, 2].map((value, index) => [`10:00:0${index}`, value]),
    );
    const [series] = await ask('aggregates', { aggregates: Aggregate.options });
    expect(series?.items).toEqual([
      {
        at: at('10:00:00.000'),
        avg: 2.5,
        min: 1,
        max: 4,
        sum: 10,
        count: 4,
        last: 2,
        p50: 2.5,
        p90: expect.closeTo(3.7) as number,
        p95: expect.closeTo(3.85) as number,
        p99: expect.closeTo(3.97) as number,
      },
    ]);
  });

  test('filters and groups by labels, and a label that is absent is none', async () => {
    await write('labels', [
      ['10:00:00', 1, { severity: 'high', source: 'edr' }],
      ['10:00:01', 2, { severity: 'low', source: 'edr' }],
      ['10:00:02', 4, { source: 'proxy' }],
      ['10:00:03', 8, { severity: 'high' }],
    ]);
    const sums = async (query: Partial<MetricQuery>) =>
      (await ask('labels', { aggregates: ['sum'], ...query })).map(({ labels, items }) => [labels, items[0]?.sum]);
    const test1 = (label: string, isNot: boolean, ...values: readonly string[]) => ({ label, values, isNot });
    expect(await sums({ groupBy: ['severity'] })).toEqual([
      [{ severity: 'high' }, 9],
      [{ severity: 'low' }, 2],
      [{}, 4],
    ]);
    expect(await sums({ where: [test1('severity', false, 'high', 'low')] })).toEqual([[{}, 11]]);
    expect(await sums({ where: [test1('severity', true, 'high')] })).toEqual([[{}, 6]]);
    expect(await sums({ where: [test1('severity', false, 'high'), test1('source', false, 'edr')] })).toEqual([[{}, 1]]);
    expect(await sums({ where: [test1('nobody', false, 'x')] })).toEqual([]);
    expect(await sums({ where: [test1('nobody', true, 'x')], groupBy: ['nobody'] })).toEqual([[{}, 15]]);
  });

  test.each([
    [`o'"{,}=\\ \n\t\r`],
    ['back\\'],
    ['"} |> drop() // ${1}'],
    [`' or 1=1; --`],
    ['%41 %'],
    ['  '],
    ['größer 漢 🦊'],
    [''],
    ['_value'],
  ])('the text %j is found again as name, as label and as its value', async (text) => {
    await write(`odd ${text}`, [['10:00:00', 1, { [`l${text}`]: text }]]);
    const where = [{ label: `l${text}`, values: [text], isNot: false }];
    const found = await ask(`odd ${text}`, { where, groupBy: [`l${text}`], aggregates: ['last'] });
    expect(found).toEqual([{ labels: { [`l${text}`]: text }, items: [{ at: at('10:00:00.000'), last: 1 }] }]);
  });

  test('a purge counts first, takes what was measured before, of that tenant alone', async () => {
    await write('purged', [
      ['10:00:00', 1],
      ['10:30:00', 1],
    ]);
    const purge = { tenantId: 'other', before: at('10:30:00'), dryRun: false };
    expect(await adapter.purge(purge)).toEqual({ count: 0 });
    await adapter.write([{ tenantId: 'third', name: 'purged', at: at('10:29:59'), value: 1, labels: {} }]);
    await adapter.write([{ tenantId: 'third', name: 'purged', at: at('10:30:00'), value: 1, labels: {} }]);
    expect(await adapter.purge({ ...purge, tenantId: 'third', dryRun: true })).toEqual({ count: 1 });
    expect(await ask('purged', { tenantId: 'third' })).toMatchObject([{ items: [{ count: 1 }, { count: 1 }] }]);
    expect(await adapter.purge({ ...purge, tenantId: 'third' })).toEqual({ count: 1 });
    expect(await ask('purged', { tenantId: 'third' })).toMatchObject([{ items: [{ at: at('10:30:00.000') }] }]);
    expect(await ask('purged')).toMatchObject([{ items: [{ count: 1 }, { count: 1 }] }]);
  });

  test('a point that is on its way while older ones are purged goes with the next purge, and is counted once', async () => {
    const tenantId = 'under-way';
    const point = { tenantId, name: 'under-way', at: at('10:00:00'), value: 1, labels: {} };
    await adapter.db.tx((tx) => adapter.store.write([point], tx));
    const purge = () => adapter.purge({ tenantId, before: at('10:30:00'), dryRun: false });
    const first = await purge();
    await adapter.ship();
    const second = await purge();
    expect(first.count + second.count).toBe(1);
    expect(await ask('under-way', { tenantId })).toEqual([]);
    expect(await ask('under-way', { tenantId, resolutionS: 300, stepS: 300, aggregates: ['count'] })).toEqual([]);
    expect(await purge()).toEqual({ count: 0 });
  });
});
