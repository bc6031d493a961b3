import { expect, it } from 'vitest';
import { decimalOf } from './decimal.ts';

it.each<[string, number]>([
  ['1', 1],
  [' -2.5\t', -2.5],
  ['+.5', 0.5],
  ['5.', 5],
  ['1E3', 1_000],
  ['1e-300', 1e-300],
])('%j is a number', (text, value) => {
  expect(decimalOf(text)).toBe(value);
});

it.each(['', ' ', '.', '-', '0x17', '1_000', '1,5', 'NaN', 'Infinity', '1e', '1e3000', '1 2', '١'])(
  '%j is none',
  (text) => {
    expect(decimalOf(text)).toBeUndefined();
  },
);

it('a long run of digits that is no number is told in time linear in it', () => {
  // Gone back for digit by digit, this takes twenty seconds.
  expect(decimalOf(`${'1'.repeat(40_000)}x`)).toBeUndefined();
});
