import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileWildcard } from './wildcard.ts';

const matchesWildcard = (pattern: string, text: string): boolean =>
  compileWildcard(pattern)(text, { left: Number.POSITIVE_INFINITY });

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

test('patterns made to be tried again and again share what may be spent on that; then nothing is like them', () => {
  const spent = { left: 10_000 };
  const isLike = compileWildcard(`*${'a'.repeat(400)}b*`);
  expect(isLike('a'.repeat(2_048), spent)).toBe(false);
  expect(spent.left).toBeLessThanOrEqual(0);
  expect(isLike(`${'a'.repeat(500)}b`, spent)).toBe(false);
  expect(isLike(`${'a'.repeat(500)}b`, { left: 1_000_000 })).toBe(true);
  const honest = { left: 100 };
  for (let index = 0; index < 1_000; index += 1) compileWildcard('*backup*')('Nightly copy of SRV1 failed', honest);
  expect(compileWildcard('*backup*')('Backup of SRV1', honest)).toBe(true);
});

test('a pattern made to be tried again and again ends', () => {
  expect(matchesWildcard(`${'*a'.repeat(250)}b`, 'a'.repeat(500))).toBe(false);
});
