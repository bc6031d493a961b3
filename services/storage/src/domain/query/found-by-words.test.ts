import { expect, test } from 'vitest';
import { isFoundByWords } from './found-by-words.ts';
import { parseQuery } from './parse-query.ts';

test.each([
  ['beacon', true],
  ['"brute force" -lab', true],
  ['host:web-1 severity:>=high', true],
  ['(host:web-1 or beacon) status:new', true],
  ['host:web-*', true],
  ['*', false],
  ['-beacon', false],
  ['severity:high score:>80', false],
  ['beacon or severity:high', false],
  ['beac*', false],
  ['host:web-1 beac*', false],
])('%s', (q, isFound) => {
  const parsed = parseQuery(q, new Date());
  expect(parsed.ok && isFoundByWords(parsed.query)).toBe(isFound);
});
