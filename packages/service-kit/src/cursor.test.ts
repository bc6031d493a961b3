import { expect, test } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, pageOf } from './cursor.ts';

const Position = z.tuple([z.string(), z.number()]);

test('a cursor comes back as the place it was made from', () => {
  expect(decodeCursor(Position, encodeCursor(['2026-01-01T00:00:00.000Z', 7]))).toEqual([
    '2026-01-01T00:00:00.000Z',
    7,
  ]);
  expect(decodeCursor(Position, undefined)).toBeUndefined();
});

test.each(['garbage', encodeCursor(['only one']), 'W10'])(
  'the cursor %j of another list is refused by name',
  (cursor) => {
    expect(() => decodeCursor(Position, cursor)).toThrow('query.cursor');
  },
);

test('a page tells where the next begins only when there is one', () => {
  const positionOf = (row: number) => [row];
  expect(pageOf([1, 2, 3], 2, positionOf)).toEqual({ items: [1, 2], nextCursor: encodeCursor([2]) });
  expect(pageOf([1, 2], 2, positionOf)).toEqual({ items: [1, 2], nextCursor: null });
});
