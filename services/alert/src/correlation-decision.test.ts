import type { Alert } from '@soc/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CorrelateInBatches, startCorrelatingInBatches } from './correlate-in-batches.fixture.ts';
import { anAlert, host, ip, user } from './domain/alert.fixture.ts';

let correlating: CorrelateInBatches;
beforeAll(async () => {
  correlating = await startCorrelatingInBatches();
});
afterAll(() => correlating.close());

const informational = { severity: 'informational' } as const;
const positionsOf = (alerts: readonly Alert[]): readonly number[] => alerts.map((_, position) => position);
const oneByOne = (positions: readonly number[]) => positions.map((position) => [position]);
const inBatchesOf = (size: number, positions: readonly number[]) =>
  Array.from({ length: Math.ceil(positions.length / size) }, (_, index) =>
    positions.slice(index * size, (index + 1) * size),
  );
const incidentsOf = async (alerts: readonly Alert[], batches: readonly (readonly number[])[]) =>
  (await correlating.tell(alerts, batches)).incidents;

describe('an incident has the same members, whatever the batches and their order', () => {
  const many = Array.from({ length: 150 }, (_, index) =>
    anAlert(index + 10, { ...informational, observables: [host('busy')] }),
  );
  /** Two open an incident around a quiet host, and a third alert ties it to a busy one. */
  const noisy = [
    anAlert(1, { observables: [host('quiet')] }),
    anAlert(2, { observables: [host('quiet')] }),
    anAlert(3, { ...informational, observables: [host('quiet'), host('busy')] }),
    ...many,
  ];
  const [first, second, bridge, ...rest] = positionsOf(noisy) as [number, number, number, ...number[]];

  test.each([
    ['all at once', [positionsOf(noisy)]],
    ['one by one', oneByOne(positionsOf(noisy))],
    ['the bridge last', [rest, [first, second], [bridge]]],
    ['the openers last', [...inBatchesOf(60, rest), [bridge], [first], [second]]],
    [
      'an incident opens by one whose neighbours are not all analysed',
      [...inBatchesOf(60, rest), [bridge, first, second]],
    ],
    ['in small batches, the latest first', inBatchesOf(7, positionsOf(noisy).toReversed())],
  ])('%s: more than a hundred loose alerts of one entity', async (_, batches) => {
    expect(await incidentsOf(noisy, batches)).toEqual([positionsOf(noisy)]);
  });

  test('an entity that a loose alert brings along is looked up as well, and what that brings along', async () => {
    const chain = Array.from({ length: 6 }, (_, hop) =>
      anAlert(hop + 3, { ...informational, observables: [host(`hop-${hop}`), host(`hop-${hop + 1}`)] }),
    );
    const linked = [
      anAlert(1, { observables: [host('hop-0')] }),
      anAlert(2, { observables: [host('hop-0')] }),
      ...chain,
    ];
    for (const order of [positionsOf(linked), positionsOf(linked).toReversed(), [2, 3, 4, 5, 6, 7, 0, 1]]) {
      expect(await incidentsOf(linked, oneByOne(order))).toEqual([positionsOf(linked)]);
    }
  });

  test('an alert that was too late joins once one in between did', async () => {
    const minutes = [0, 50, 100, 150].map((minute, index) =>
      anAlert(index + 1, { second: minute * 60, observables: [host('ws5')] }),
    );
    for (const order of [
      [0, 1, 2, 3],
      [0, 1, 3, 2],
      [3, 2, 0, 1],
      [3, 0, 1, 2],
      [0, 3, 2, 1],
    ]) {
      expect(await incidentsOf(minutes, oneByOne(order))).toEqual([[0, 1, 2, 3]]);
    }
  });

  test('an alert that was too late joins once the incident grew by others, whatever it shares with it', async () => {
    const alerts = [
      anAlert(1, { second: 0, observables: [host('ws5'), user('eve')] }),
      anAlert(2, { second: 60, observables: [host('ws5')] }),
      anAlert(3, { second: 5_000, observables: [user('eve')] }),
      anAlert(4, { second: 3_000, observables: [host('ws5')] }),
    ];
    for (const order of [
      [0, 1, 2, 3],
      [0, 1, 3, 2],
      [2, 3, 1, 0],
      [3, 2, 0, 1],
    ]) {
      expect(await incidentsOf(alerts, oneByOne(order))).toEqual([[0, 1, 2, 3]]);
    }
  });

  test('a hub that a loose alert brings along brings nothing', async () => {
    const proxy = ip('192.0.2.80');
    const behind = Array.from({ length: 21 }, (_, index) =>
      anAlert(index + 30, { second: index, observables: [host(`behind-${index}`), proxy] }),
    );
    const others = [
      anAlert(1, { ...informational, observables: [host('ws5'), proxy] }),
      anAlert(2, { ...informational, observables: [proxy] }),
      anAlert(3, { observables: [host('ws5')] }),
      anAlert(4, { observables: [host('ws5')] }),
    ];
    const both = [...behind, ...others];
    for (const batches of [[positionsOf(behind), [21], [22], [23], [24]], oneByOne(positionsOf(both).toReversed())]) {
      expect(await incidentsOf(both, batches)).toEqual([[21, 23, 24]]);
    }
  });

  test('a proxy that thousands of alerts name glues nothing together, and each story behind it is told', async () => {
    const proxy = ip('10.9.9.9');
    const behind = Array.from({ length: 2_000 }, (_, index) =>
      anAlert(index + 1, {
        second: index % 3_000,
        severity: index % 2 === 0 ? 'low' : 'informational',
        observables: [host(`behind-${index}`), proxy],
      }),
    );
    const story = [
      anAlert(5_001, { second: 100, observables: [host('behind-7'), proxy, user('eve')] }),
      anAlert(5_002, { second: 160, observables: [host('jump'), proxy, user('eve')] }),
    ];
    const all = [...behind, ...story];
    const told = await incidentsOf(all, inBatchesOf(200, positionsOf(all)));
    expect(told).toEqual([[7, 2_000, 2_001]]);
  });

  const observable = fc.oneof(
    fc.integer({ min: 1, max: 14 }).map((n) => host(`ws${n}`)),
    fc.integer({ min: 1, max: 14 }).map((n) => user(`user${n}`)),
  );
  const alertLike = fc.record({
    severity: fc.constantFrom('informational', 'low', 'high'),
    fingerprint: fc.integer({ min: 1, max: 6 }).map((n) => `fingerprint-${n}`),
    observables: fc.array(observable, { minLength: 1, maxLength: 2 }),
    second: fc.integer({ min: 0, max: 3_000 }),
  });
  const analysed = fc.array(alertLike, { minLength: 2, maxLength: 30 }).chain((drafts) => {
    const positions = drafts.map((_, position) => position);
    return fc.record({
      alerts: fc.constant(drafts.map((draft, index) => anAlert(index + 1, draft))),
      order: fc.shuffledSubarray(positions, { minLength: positions.length }),
      size: fc.integer({ min: 1, max: 8 }),
    });
  });

  test('of any alerts within a window', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(analysed, async ({ alerts: some, order, size }) => {
        const together = await incidentsOf(some, [positionsOf(some)]);
        expect(await incidentsOf(some, inBatchesOf(size, order))).toEqual(together);
      }),
      { numRuns: 120, seed: 255, endOnFailure: true },
    );
  });
});

test('an alert that joins a present incident by what it names already costs no look-up of loose alerts', async () => {
  const now = Date.now();
  const ago = (minute: number, index: number): Alert =>
    anAlert(index, { observables: [host('ws5')], occurredAt: new Date(now - minute * 60_000).toISOString() });
  const { incidents, statements } = await correlating.tell([ago(50, 1), ago(40, 2), ago(1, 3)], [[0], [1], [2]]);
  expect(incidents).toEqual([[0, 1, 2]]);
  const lookUps = statements.map((batch) => batch.filter((text) => text.includes('alert.alert_entities')).length);
  expect(lookUps).toEqual([1, 2, 0]);
  expect(statements[2]).toHaveLength(9);
});
