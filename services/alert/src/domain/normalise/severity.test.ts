import { describe, expect, it } from 'vitest';
import { severityAt } from './severity.ts';

const field = {
  paths: ['a', 'b'],
  table: { P1: 'critical' as const },
  thresholds: [
    { atLeast: 7, severity: 'high' as const },
    { atLeast: 0, severity: 'low' as const },
  ],
  default: 'medium' as const,
};

describe('severityAt', () => {
  it.each([
    [{ a: 'p1' }, 'critical'],
    [{ a: ' WARN ' }, 'medium'],
    [{ a: 7 }, 'high'],
    [{ a: '6.9' }, 'low'],
    [{ a: 'unheard-of', b: 'info' }, 'informational'],
    [{ a: -1 }, 'medium'],
    [{ a: {} }, 'medium'],
    [{ a: 'constructor' }, 'medium'],
    [{}, 'medium'],
  ])('%j', (document, expected) => {
    expect(severityAt(document, field)).toBe(expected);
  });
});
