import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bounds, type Candidate, chooseReplica, covers, isWithinLag } from './choosing.ts';

const candidate: fc.Arbitrary<Candidate> = fc.record({
  timeline: fc.integer({ min: 1, max: 4 }),
  replayed: fc.bigInt({ min: 0n, max: 20n }),
  lagBytes: fc.nat(20),
  lagS: fc.nat(20),
  load: fc.nat(5),
});
const bounds: fc.Arbitrary<Bounds> = fc.record({
  maxLagBytes: fc.nat(20),
  maxLagS: fc.nat(20),
  atLeast: fc.option(fc.record({ timeline: fc.integer({ min: 1, max: 4 }), lsn: fc.bigInt({ min: 0n, max: 20n }) }), {
    nil: undefined,
  }),
});
const qualifies = (one: Candidate, limits: Bounds): boolean =>
  isWithinLag(one, limits) && (limits.atLeast === undefined || covers(one, limits.atLeast));

test('whoever is chosen is within the lag bounds, has the write asked for, and is the least loaded of those', () => {
  fc.assert(
    fc.property(fc.array(candidate), bounds, fc.nat(), (candidates, limits, turn) => {
      const fit = candidates.filter((one) => qualifies(one, limits));
      const chosen = chooseReplica(candidates, limits, turn);
      const least = fit.length === 0 ? undefined : Math.min(...fit.map(({ load }) => load));
      expect(chosen?.load).toBe(least);
      expect([undefined, ...fit]).toContain(chosen);
    }),
    { numRuns: 2_000 },
  );
});

test('replicas of equal load take turns', () => {
  const equal = [1, 2, 3].map((replayed) => ({
    timeline: 1,
    replayed: BigInt(replayed),
    lagBytes: 0,
    lagS: 0,
    load: 0,
  }));
  const chosen = [0, 1, 2].map((turn) => chooseReplica(equal, { maxLagBytes: 0, maxLagS: 0 }, turn));
  expect(new Set(chosen).size).toBe(3);
});

test('a replica on a timeline that has ended does not have the write, however far it has replayed', () => {
  expect(covers({ timeline: 1, replayed: 100n }, { timeline: 2, lsn: 50n })).toBe(false);
  expect(covers({ timeline: 2, replayed: 100n }, { timeline: 1, lsn: 50n })).toBe(true);
});
