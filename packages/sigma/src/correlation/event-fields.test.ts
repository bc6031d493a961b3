import { expect, it } from 'vitest';
import type { FieldValue } from '../event-view.ts';
import { distinctValuesOf, type FieldSource, groupOf, numbersOf } from './event-fields.ts';

const holding =
  (user: FieldValue | readonly FieldValue[]): FieldSource =>
  (field) =>
    field === 'user' ? user : undefined;

// Lower-casing knows where a word ends, and has no small letter for a long s.
it.each([
  ['\u039F\u0394\u039F\u03A3', '\u03BF\u03B4\u03BF\u03C3'],
  ['\u039F\u0394\u039F\u03A3', '\u03BF\u03B4\u03BF\u03C2'],
  ['me\u017F\u017F', 'MESS'],
  ['\u0130', 'i'],
  ['Ann', 'aNN'],
])('%s and %s are one group and one value, as they are for a rule', (one, other) => {
  const [keys, values] = [
    [one, other].map((user) => groupOf(holding(user), ['User'])?.key),
    [one, other].map((user) => distinctValuesOf(holding(user), ['User'])),
  ];
  expect(keys[0]).toBe(keys[1]);
  expect(values[0]).toEqual(values[1]);
});

it('a group is told as the event writes it', () => {
  expect(groupOf(holding(['ANN', 'bob']), ['User'])?.values).toEqual(['ANN, bob']);
  expect(groupOf(holding(null), ['User'])).toBeUndefined();
});

it('numbers are decimal, whatever surrounds them, and neither hexadecimal nor beyond reason', () => {
  expect(numbersOf(holding(['1', ' -2.5 ', '.5', '1e3', 7, '0x17', '', 'NaN', 'Infinity', '1e301']), ['User'])).toEqual(
    [1, -2.5, 0.5, 1_000, 7],
  );
});
