import { expect, test } from 'vitest';
import { toTsquery, toTsvector } from './tsvector.ts';

test('words carry positions for phrases, identifiers are found whole', () => {
  expect(toTsvector({ text: 'Brute force, brute', identifiers: ['10.0.0.5'] })).toBe(
    `'brute':1,3 'force':2 '10.0.0.5'`,
  );
});

test('an identifier of several words is also found by each of them', () => {
  expect(toTsvector({ text: '', identifiers: ['curl -k x'] })).toBe(`'curl':1 'k':2 'x':3 'curl -k x'`);
});

test('quotes and backslashes cannot end a lexeme', () => {
  expect(toTsvector({ text: '', identifiers: [String.raw`o'brien\x`] })).toBe(String.raw`'o''brien\\x'`);
  expect(toTsquery([[{ words: [String.raw`a'b\c`], excluded: false }]])).toBe(String.raw`(('a''b\\c'))`);
});

test('a repeated word keeps as many positions as PostgreSQL does', () => {
  expect(toTsvector({ text: 'a '.repeat(1_000), identifiers: [] }).split(',')).toHaveLength(255);
});

test('alternatives, exclusions and phrases become operators', () => {
  const query = [
    [
      { words: ['brute', 'force'], excluded: false },
      { words: ['lab'], excluded: true },
    ],
    [{ words: ['rdp'], excluded: false }],
  ];
  expect(toTsquery(query)).toBe(`(('brute' <-> 'force') & !('lab')) | (('rdp'))`);
});
