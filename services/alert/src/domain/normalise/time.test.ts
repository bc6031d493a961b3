import { describe, expect, it } from 'vitest';
import { parseTime, timeAt } from './time.ts';

const iso = (
  text: string,
  format: 'auto' | 'rfc3339' | 'epoch_s' | 'epoch_ms' = 'auto',
  offset = '+00:00',
): string | null => {
  const timeMs = parseTime(text, format, offset);
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
};

describe('parseTime', () => {
  it.each([
    ['2025-06-02T10:00:00Z', '2025-06-02T10:00:00.000Z'],
    ['2025-06-02t10:00:00.5z', '2025-06-02T10:00:00.500Z'],
    ['2025-06-02T10:00:00.123456789Z', '2025-06-02T10:00:00.123Z'],
    ['2025-06-02T10:00:00,123+02:00', '2025-06-02T08:00:00.123Z'],
    ['2025-06-02T10:00:00-0600', '2025-06-02T16:00:00.000Z'],
    ['2025-06-02T10:00:00+05', '2025-06-02T05:00:00.000Z'],
    ['2025-06-02 10:00:00 UTC', '2025-06-02T10:00:00.000Z'],
    ['2025-06-02 10:00', '2025-06-02T10:00:00.000Z'],
    ['2025-06-02', '2025-06-02T00:00:00.000Z'],
    ['Sat Oct 26 23:20:39 UTC 2024', '2024-10-26T23:20:39.000Z'],
    ['Sun Oct  6 23:20:39 CEST 2024', '2024-10-06T21:20:39.000Z'],
    ['Sat, 26 Oct 2024 23:20:39 +0000', '2024-10-26T23:20:39.000Z'],
    ['26 Oct 2024 23:20:39 EST', '2024-10-27T04:20:39.000Z'],
    ['1748858400', '2025-06-02T10:00:00.000Z'],
    ['1748858400.161', '2025-06-02T10:00:00.161Z'],
    ['1748858400161', '2025-06-02T10:00:00.161Z'],
    ['1748858400161000', '2025-06-02T10:00:00.161Z'],
    ['1748858400161000000', '2025-06-02T10:00:00.161Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    '',
    'now',
    'yesterday',
    '2025-13-02T10:00:00Z',
    '2025-06-02T25:00:00Z',
    'Sat Foo 26 23:20:39 UTC 2024',
    '-5',
    '1e9',
    'NaN',
  ])('no time: %j', (text) => {
    expect(iso(text)).toBeNull();
  });

  it('a zone that nobody can place is no time', () => {
    expect(iso('Sat Oct 26 23:20:39 XYZT 2024')).toBeNull();
  });

  it('the format decides the unit, the offset places a time without zone', () => {
    expect(iso('1748858400', 'epoch_s')).toBe('2025-06-02T10:00:00.000Z');
    expect(iso('1748858400000', 'epoch_ms')).toBe('2025-06-02T10:00:00.000Z');
    expect(iso('1748858400', 'rfc3339')).toBeNull();
    expect(iso('2025-06-02 12:00:00', 'auto', '+02:00')).toBe('2025-06-02T10:00:00.000Z');
    expect(iso('2025-06-02 12:00:00Z', 'auto', '+02:00')).toBe('2025-06-02T12:00:00.000Z');
  });
});

describe('timeAt', () => {
  const receivedAt = new Date('2026-01-01T00:00:00.000Z');
  const at = (document: unknown) => timeAt(document, { paths: ['a', 'b'] }, receivedAt);

  it('is the first plausible one', () => {
    expect(at({ a: '0001-01-01T00:00:00Z', b: '2025-06-02T10:00:00Z' })).toEqual(new Date('2025-06-02T10:00:00Z'));
    expect(at({ a: 0, b: '2025-06-02T10:00:00Z' })).toEqual(new Date('2025-06-02T10:00:00Z'));
  });

  it('may be a little ahead of our clock, not days', () => {
    expect(at({ a: '2026-01-01T23:00:00Z' })).toEqual(new Date('2026-01-01T23:00:00Z'));
    expect(at({ a: '2026-01-02T01:00:00Z' })).toBe('unreadable');
  });

  it('tells none from one that makes no sense', () => {
    expect(at({})).toBe('absent');
    expect(at({ a: 'soon' })).toBe('unreadable');
  });
});
