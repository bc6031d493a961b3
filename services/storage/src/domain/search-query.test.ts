import { expect, test } from 'vitest';
import { parseSearchQuery, type SearchTerm } from './search-query.ts';

const found = (...words: string[]): SearchTerm => ({ words, excluded: false });
const without = (...words: string[]): SearchTerm => ({ words, excluded: true });

test.each<[string, SearchTerm[][]]>([
  ['Brute force', [[found('brute'), found('force')]]],
  ['"brute force" ssh', [[found('brute', 'force'), found('ssh')]]],
  ['ssh -10.0.0.5', [[found('ssh'), without('10.0.0.5')]]],
  ['ssh -"test lab"', [[found('ssh'), without('test', 'lab')]]],
  ['ssh OR rdp smb', [[found('ssh')], [found('rdp'), found('smb')]]],
  ['or ssh or or', [[found('ssh')]]],
  ['"or"', [[found('or')]]],
  ['https://evil.example/a?b=1', [[found('https://evil.example/a?b=1')]]],
  ['"never closed', [[found('never', 'closed')]]],
  ["it's & | ! ( ) :* <->", [[found("it's")]]],
])('%s', (text, query) => {
  expect(parseSearchQuery(text)).toEqual({ ok: true, query });
});

test('a query without a letter or digit is refused', () => {
  expect(parseSearchQuery('-- !! "" OR')).toEqual({ ok: false, refusal: 'nothing_to_search' });
});

test('a query may have 32 words, in phrases or not', () => {
  const words = Array.from({ length: 31 }, (_, index) => `w${index}`).join(' ');
  expect(parseSearchQuery(`${words} one`).ok).toBe(true);
  expect(parseSearchQuery(`${words} "one two"`)).toEqual({ ok: false, refusal: 'too_many_words' });
});
