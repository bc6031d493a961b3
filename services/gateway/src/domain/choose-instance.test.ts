import { expect, test } from 'vitest';
import { chooseInstance } from './choose-instance.ts';

const instance = (name: string, isHealthy = true, admits = true) => ({ name, isHealthy, admits });
const [a, b, c] = [instance('a'), instance('b'), instance('c')];

test('instances take turns', () => {
  expect([0, 1, 2, 3, 4].map((turn) => chooseInstance([a, b, c], turn)?.name)).toEqual(['a', 'b', 'c', 'a', 'b']);
});

test('an instance that is ill, or whose breaker is open, is passed over', () => {
  expect(chooseInstance([instance('a', false), b, c], 0)).toBe(b);
  expect(chooseInstance([instance('a', true, false), b, c], 0)).toBe(b);
});

test('when every instance is ill they are all taken for well', () => {
  const ill = [instance('a', false), instance('b', false)];
  expect([0, 1].map((turn) => chooseInstance(ill, turn)?.name)).toEqual(['a', 'b']);
});

test('a retry goes to another instance, and nowhere when there is none', () => {
  expect(chooseInstance([a, b], 0, a)).toBe(b);
  expect(chooseInstance([a], 0, a)).toBeUndefined();
});

test('no open breaker is overruled', () => {
  expect(chooseInstance([instance('a', true, false), instance('b', false, false)], 0)).toBeUndefined();
  expect(chooseInstance([], 0)).toBeUndefined();
});
