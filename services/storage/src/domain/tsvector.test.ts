import { expect, test } from 'vitest';
import { toTsvector } from './tsvector.ts';

const document = { title: '', texts: [], identifiers: [], fields: {} };

test('words carry places for phrases, those of the title their weight, identifiers are found whole', () => {
  const text = toTsvector({ ...document, title: 'Brute force', texts: ['of brute'], identifiers: ['10.0.0.5'] });
  expect(text).toBe(`'brute':1A,5 'force':2A 'of':4 '10.0.0.5'`);
});

test('an identifier of several words is also found by each of them', () => {
  expect(toTsvector({ ...document, identifiers: ['curl -k x'] })).toBe(`'curl':1 'k':2 'x':3 'curl -k x'`);
});

test('quotes and backslashes cannot end a lexeme', () => {
  expect(toTsvector({ ...document, identifiers: [String.raw`o'brien\x`] })).toContain(String.raw`'o''brien\\x'`);
});

test('a repeated word keeps as many places as PostgreSQL does', () => {
  expect(toTsvector({ ...document, texts: ['a '.repeat(1_000)] }).split(',')).toHaveLength(255);
});

test('values of fields stand among the words, apart from them, but for those that are columns', () => {
  const fields = { host: ['web-01'], status: ['new'] };
  expect(toTsvector({ ...document, texts: ['host:web-02'], fields })).toBe(
    `'host:web-02':1 'host':1 'web-02':1 'web':1 '02':1 ':host' ':host:web-01'`,
  );
});
