import { expect, test } from 'vitest';
import { decideSpan } from './span.ts';

const now = new Date('2026-03-02T12:00:00.000Z');

test('without ends it is the last 24 hours, this moment included', () => {
  expect(decideSpan({}, now)).toEqual({
    ok: true,
    span: { from: '2026-03-01T12:00:00.001Z', to: '2026-03-02T12:00:00.001Z' },
  });
});

test('an offset is turned into UTC', () => {
  const decision = decideSpan({ from: '2026-03-01T00:00:00+02:00', to: '2026-03-02T00:00:00Z' }, now);
  expect(decision).toMatchObject({ ok: true, span: { from: '2026-02-28T22:00:00.000Z' } });
});

test('a span that ends before it begins, or is longer than a leap year, is refused', () => {
  expect(decideSpan({ from: '2027-01-01T00:00:00Z' }, now)).toEqual({ ok: false, refusal: 'ends_before_it_begins' });
  expect(decideSpan({ from: '2024-01-01T00:00:00Z' }, now)).toEqual({ ok: false, refusal: 'too_long' });
});
