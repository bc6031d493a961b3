import { expect, test } from 'vitest';
import { bunched } from './bunch.ts';

const bunch = (sizes: readonly number[]) => bunched(sizes, (size) => size, { maxItems: 3, maxSize: 10 });

test.each([
  [[], []],
  [
    [1, 1, 1, 1],
    [[1, 1, 1], [1]],
  ],
  [
    [6, 4, 1],
    [[6, 4], [1]],
  ],
  [
    [50, 1],
    [[50], [1]],
  ],
  [
    [1, 50, 1, 2],
    [[1], [50], [1, 2]],
  ],
])('%j becomes %j', (sizes, expected) => {
  expect(bunch(sizes)).toEqual(expected);
});
