import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PatternPart } from '../expression.ts';
import { writePattern } from './pattern.fixture.ts';
import { joinParts, parsePattern } from './pattern.ts';
import { readRules } from './read-rules.ts';

const any: PatternPart = { kind: 'any' };
const one: PatternPart = { kind: 'one' };
const literal = (text: string): PatternPart => ({ kind: 'literal', text });

// "Escape Character" of the rules specification, line by line.
test.each<[string, readonly PatternPart[]]>([
  [String.raw`C:\x`, [literal(String.raw`C:\x`)]],
  [String.raw`C:\\x`, [literal(String.raw`C:\x`)]],
  [String.raw`\*\?`, [literal('*?')]],
  [String.raw`\\*`, [literal('\\'), any]],
  [String.raw`\\?`, [literal('\\'), one]],
  [String.raw`\\\*`, [literal(String.raw`\*`)]],
  [String.raw`\\\x`, [literal(String.raw`\\x`)]],
  [String.raw`\\\\x`, [literal(String.raw`\\x`)]],
  ['x\\', [literal('x\\')]],
  ['**', [any]],
  ['a?*b', [literal('a'), one, any, literal('b')]],
  ['', []],
])('%j is read as the specification says', (written, expected) => {
  expect(parsePattern(written)).toEqual(expected);
});

const texts = fc.string({
  unit: fc.constantFrom('\\', '*', '?', 'a', 'é', '😀', "'", '"', '\n', ':', '#', ' '),
  maxLength: 20,
});
const patterns = fc
  .array(fc.oneof(fc.constant(any), fc.constant(one), texts.map(literal)), { maxLength: 8 })
  .map(joinParts);

test('any pattern is read back from what is written of it', () => {
  fc.assert(
    fc.property(patterns, (pattern) => {
      expect(parsePattern(writePattern(pattern))).toEqual(pattern);
    }),
  );
});

test('any text, escaped, is that text and nothing else, through YAML as well', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const value = JSON.stringify(writePattern([literal(text)]));
      const rule = `title: T\nlogsource: {product: p}\ndetection: {a: {f: ${value}}, condition: a}`;
      const [read] = readRules([{ file: 'a.yml', text: rule }]).rules;
      const expression = read?.kind === 'detection' ? read.searches.get('a') : undefined;
      expect(expression).toMatchObject({ test: { pattern: text === '' ? [] : [literal(text)] } });
    }),
  );
});
