import { expect, test } from 'vitest';
import { singleLine } from './message.ts';

test('nothing in a line can end it', () => {
  expect(singleLine('one\r\nBcc: x@y\u0000\u2028 two', 100)).toBe('one Bcc: x@y  two');
});

test('a long line is cut where it still shows that it was', () => {
  expect(singleLine('abcdef', 6)).toBe('abcdef');
  expect(singleLine('abcdefg', 6)).toBe('abcde…');
});
