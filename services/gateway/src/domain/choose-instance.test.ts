import { expect, test } from 'vitest';
import { type Balancing, type Candidate, chooseInstance } from './choose-instance.ts';

const instance = (name: string, changes: Partial<Candidate> = {}) => ({
  name,
  isHealthy: true,
  isEjected: false,
  isDraining: false,
  admits: true,
  share: 1,
  outstanding: 0,
  latencyMs: 0,
  ...changes,
});
const [a, b, c] = [instance('a'), instance('b'), instance('c')];
const BALANCINGS: readonly Balancing[] = ['round_robin', 'least_outstanding', 'peak_ewma'];
const by = (balancing: Balancing, turn = 0, random: () => number = () => 0) => ({ balancing, turn, random });
const rotation = (turn: number) => by('round_robin', turn);

/** The values in turn, and then the last one again and again. */
const drawing = (...values: readonly number[]) => {
  let next = 0;
  return () => values[Math.min(next++, values.length - 1)] ?? 0;
};

test('instances take turns', () => {
  expect([0, 1, 2, 3, 4].map((turn) => chooseInstance([a, b, c], rotation(turn))?.name)).toEqual([
    'a',
    'b',
    'c',
    'a',
    'b',
  ]);
});

test.each(BALANCINGS)('%s passes over who is ill, ejected, draining or has an open breaker', (balancing) => {
  for (const change of [{ isHealthy: false }, { isEjected: true }, { isDraining: true }, { admits: false }]) {
    for (const turn of [0, 1]) {
      for (const drawn of [0, 0.99]) {
        const chosen = chooseInstance(
          [instance('a', change), b],
          by(balancing, turn, () => drawn),
        );
        expect([change, chosen?.name]).toEqual([change, 'b']);
      }
    }
  }
});

test.each(BALANCINGS)('%s takes the ill and the ejected when there is nobody else, the draining never', (balancing) => {
  const ill = instance('a', { isHealthy: false });
  const ejected = instance('b', { isEjected: true });
  expect(chooseInstance([ill], by(balancing))).toBe(ill);
  expect(chooseInstance([ejected], by(balancing))).toBe(ejected);
  expect(chooseInstance([instance('a', { isDraining: true })], by(balancing))).toBeUndefined();
});

test('when every instance is ill they still take turns', () => {
  const ill = [instance('a', { isHealthy: false }), instance('b', { isHealthy: false })];
  expect([0, 1].map((turn) => chooseInstance(ill, rotation(turn))?.name)).toEqual(['a', 'b']);
});

test.each(BALANCINGS)('%s sends a retry to another instance, and nowhere when there is none', (balancing) => {
  expect(chooseInstance([a, b], by(balancing), [a])).toBe(b);
  expect(chooseInstance([a, b, c], by(balancing), [a, b])).toBe(c);
  expect(chooseInstance([a], by(balancing), [a])).toBeUndefined();
});

test.each(BALANCINGS)('%s overrules no open breaker', (balancing) => {
  const open = [instance('a', { admits: false }), instance('b', { isHealthy: false, admits: false })];
  expect(chooseInstance(open, by(balancing))).toBeUndefined();
  expect(chooseInstance([], by(balancing))).toBeUndefined();
});

test('one that comes back gets its share of its turns, and all of them when it is alone', () => {
  const returning = instance('a', { share: 0.25 });
  const turns = [0, 0.24, 0.25, 0.9].map((drawn) =>
    chooseInstance(
      [returning, b],
      by('round_robin', 0, () => drawn),
    ),
  );
  expect(turns.map((chosen) => chosen?.name)).toEqual(['a', 'a', 'b', 'b']);
  expect(
    chooseInstance(
      [returning],
      by('round_robin', 0, () => 0.9),
    ),
  ).toBe(returning);
});

test('least outstanding takes who has the least to do, in turn where it is equal', () => {
  const busy = [
    instance('a', { outstanding: 3 }),
    instance('b', { outstanding: 1 }),
    instance('c', { outstanding: 1 }),
  ];
  expect([0, 1, 2].map((turn) => chooseInstance(busy, by('least_outstanding', turn))?.name)).toEqual(['b', 'b', 'c']);
});

test('least outstanding counts for more what is outstanding at one that comes back', () => {
  const candidates = [instance('a', { share: 0.1 }), instance('b', { outstanding: 3 })];
  expect(chooseInstance(candidates, by('least_outstanding'))?.name).toBe('b');
});

test('peak EWMA takes the cheaper of two drawn at random', () => {
  const candidates = [
    instance('a', { latencyMs: 50 }),
    instance('b', { latencyMs: 5 }),
    instance('c', { latencyMs: 20 }),
  ];
  const draw = (...values: number[]) => chooseInstance(candidates, by('peak_ewma', 0, drawing(...values)))?.name;
  expect(draw(0, 0)).toBe('b');
  expect(draw(0, 0.99)).toBe('c');
  expect(draw(0.99, 0)).toBe('c');
  const queued = [instance('a', { latencyMs: 5, outstanding: 9 }), instance('b', { latencyMs: 20 })];
  expect(chooseInstance(queued, by('peak_ewma'))?.name).toBe('b');
});
