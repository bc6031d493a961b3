import { expect, test } from 'vitest';
import { isAfter, streamPosition } from './stream-position.ts';

test('places are compared as numbers', () => {
  expect(isAfter('1000-2', '999-9')).toBe(true);
  expect(isAfter('1000-10', '1000-9')).toBe(true);
  expect(isAfter('1000-9', '1000-9')).toBe(false);
});

test.each(['', '$', '1', '1-', '-1', '1-1-1', '1-1\n', '+', undefined, 5])('%o is no place in a stream', (text) => {
  expect(streamPosition(text)).toBeUndefined();
});

test('what Redis calls an entry is one', () => {
  expect(streamPosition('1772359200000-0')).toBe('1772359200000-0');
});
