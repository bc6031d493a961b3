import { expect, test } from 'vitest';
import { keptSince, resumedBefore } from './retention.ts';

test('a kind is kept for whole days', () => {
  expect(keptSince(2, new Date('2026-03-03T12:00:00Z'))).toEqual(new Date('2026-03-01T12:00:00Z'));
});

test('a purge that is resumed removes neither more than it set out to nor what is to be kept by now', () => {
  const begun = '2026-03-01T00:00:00.000Z';
  expect(resumedBefore(begun, new Date('2026-02-01T00:00:00Z'))).toEqual(new Date('2026-02-01T00:00:00Z'));
  expect(resumedBefore(begun, new Date('2026-04-01T00:00:00Z'))).toEqual(new Date(begun));
});
