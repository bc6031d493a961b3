import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesWildcard } from './wildcard.ts';

test.each([
  ['backup*', 'Backup of SRV1', true],
  ['*failed', 'login failed', true],
  ['*failed', 'login failed twice', false],
  ['ws?', 'WS1', true],
  ['ws?', 'ws12', false],
  ['a*b*c', 'a-bb-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['exact', 'exact', true],
  ['exact', 'not exact', false],
  ['***', '', true],
])('%s and %s: %s', (pattern, text, isMatch) => {
  expect(matchesWildcard(pattern, text)).toBe(isMatch);
});

test('agrees with the regular expression that says the same', () => {
  const short = (symbols: string) =>
    fc.array(fc.constantFrom(...symbols.split('')), { maxLength: 12 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(short('ab.*?'), short('abAB.'), (pattern, text) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`, 'iu').test(text));
    }),
    { numRuns: 1_000 },
  );
});

test('a pattern made to be tried again and again ends', () => {
  expect(matchesWildcard(`${'*a'.repeat(250)}b`, 'a'.repeat(500))).toBe(false);
});
