import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStixPattern } from './stix-pattern.ts';

const reasonOf = (text: string): string => {
  const parsed = parseStixPattern(text);
  return parsed.ok ? 'parsed' : parsed.reason;
};

describe('parseStixPattern', () => {
  it('reads a comparison with its quoted path and escaped string', () => {
    expect(parseStixPattern(String.raw`[ file:hashes.'SHA-256' = 'it\'s \\ here' ]`)).toEqual({
      ok: true,
      pattern: {
        kind: 'comparison',
        path: 'file:hashes.SHA-256',
        operator: '=',
        negated: false,
        values: [String.raw`it's \ here`],
      },
    });
  });

  it('binds AND tighter than OR, as the specification says', () => {
    const parsed = parseStixPattern('[a:b = 1 OR a:c = 2 AND a:d = 3]');
    expect(parsed).toMatchObject({
      ok: true,
      pattern: { kind: 'OR', of: 'comparisons', operands: [{ path: 'a:b' }, { kind: 'AND' }] },
    });
  });

  it('lets parentheses change what binds first', () => {
    const parsed = parseStixPattern('[(a:b = 1 OR a:c = 2) AND a:d = 3]');
    expect(parsed).toMatchObject({ ok: true, pattern: { kind: 'AND', operands: [{ kind: 'OR' }, { path: 'a:d' }] } });
  });

  it('reads sets, negations and list steps', () => {
    expect(parseStixPattern("[process:args[*].value NOT IN ('a', 'b')]")).toMatchObject({
      ok: true,
      pattern: { path: 'process:args[*].value', operator: 'IN', negated: true, values: ['a', 'b'] },
    });
  });

  it('tells observations joined from comparisons joined, and keeps qualifiers', () => {
    const text =
      "([a:b = 1] FOLLOWEDBY [a:c = 2]) WITHIN 600 SECONDS OR [a:d = 3] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'";
    expect(parseStixPattern(text)).toMatchObject({
      ok: true,
      pattern: {
        kind: 'OR',
        of: 'observations',
        operands: [
          { kind: 'qualified', qualifier: 'WITHIN', operand: { kind: 'FOLLOWEDBY' } },
          { kind: 'qualified', qualifier: 'START', operand: { path: 'a:d' } },
        ],
      },
    });
  });

  it.each([
    ['', 'expected [ before the end'],
    ['a:b = 1', 'expected [ before a'],
    ["[a:b = 'x'", 'expected ] before the end'],
    ["[a:b 'x']", 'no operator: x'],
    ["[a:b = 'x'] nonsense", 'unexpected nonsense after the pattern'],
    ["[a:b = 'x]", 'holds a character that fits no token'],
    ['[a:b = 1 § 2]', 'holds a character that fits no token'],
    ['[a:b =', 'the pattern ends too early'],
    [`${'('.repeat(100)}[a:b = 1]`, 'the pattern is nested too deeply'],
    [`[${'('.repeat(100_000)}`, 'longer than 65536 characters'],
  ])('refuses %.20j with the reason', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('answers every text, whatever it is, and never throws', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      'a:b',
      "'x'",
      '=',
      'IN',
      'NOT',
      'AND',
      'OR',
      ',',
      'WITHIN',
      '1',
      "'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const parsed = parseStixPattern(pieces.join(' '));
        expect(parsed.ok ? parsed.pattern.kind : parsed.reason).toBeTruthy();
      }),
      { numRuns: 500 },
    );
  });
});
