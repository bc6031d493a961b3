import { expect, test } from 'vitest';
import { afterAnswer, faded } from './peak-ewma.ts';

test('a slower answer counts at once, a faster one by and by', () => {
  expect(afterAnswer(0, 40, 0)).toBe(40);
  expect(afterAnswer(40, 200, 1)).toBe(200);
  expect(afterAnswer(200, 10, 0)).toBe(200);
  expect(afterAnswer(200, 10, 10_000)).toBeCloseTo(200 / Math.E + 10 * (1 - 1 / Math.E));
  expect(afterAnswer(200, 10, 1e9)).toBeCloseTo(10);
});

test('one that was slow and is left alone looks fast again in the end', () => {
  expect(faded(200, 0)).toBe(200);
  expect(faded(200, 60_000)).toBeLessThan(1);
});
