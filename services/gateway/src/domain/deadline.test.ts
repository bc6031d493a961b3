import { expect, test } from 'vitest';
import { deadlineOf, parseTimeoutMs } from './deadline.ts';

test.each([
  [undefined, undefined],
  ['1', 1],
  ['2500', 2_500],
  ['600000', 600_000],
])('a timeout of %s is %s ms', (header, timeoutMs) => {
  expect(parseTimeoutMs(header)).toBe(timeoutMs);
});

test.each(['', '0', '-1', '01', '1.5', '1e3', ' 5', '5 ', '600001', '9999999', 'soon', '100, 200', '٣'])(
  'a timeout of "%s" is refused',
  (header) => {
    expect(parseTimeoutMs(header)).toBe('invalid');
  },
);

test('a header that comes twice is refused', () => {
  expect(parseTimeoutMs(['1', '2'])).toBe('invalid');
});

test('the sooner of the two deadlines holds', () => {
  expect(deadlineOf(150, { startMs: 100, limitMs: 1_000 })).toEqual({ atMs: 150, isClients: true });
  expect(deadlineOf(5_000, { startMs: 100, limitMs: 1_000 })).toEqual({ atMs: 1_100, isClients: false });
  expect(deadlineOf(undefined, { startMs: 100, limitMs: 1_000 })).toEqual({ atMs: 1_100, isClients: false });
  expect(deadlineOf(150, { startMs: 100, limitMs: undefined })).toEqual({ atMs: 150, isClients: true });
  expect(deadlineOf(undefined, { startMs: 100, limitMs: undefined })).toBeUndefined();
});
