import type { Highlight } from '@soc/contracts/storage/search';
import { expect, test } from 'vitest';
import { highlightsOf } from './highlights.ts';
import { parseQuery } from './query/parse-query.ts';

/** What was found stands in brackets. */
function marked(q: string, title: string, texts: readonly string[] = []): readonly string[] {
  const parsed = parseQuery(q, new Date(0));
  if (!parsed.ok) throw new Error(parsed.fault.message);
  const show = ({ parts }: Highlight) => parts.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text)).join('');
  return highlightsOf(parsed.query, { title, texts }).map(show);
}

test.each<[string, string, readonly string[]]>([
  ['force', 'Brute FORCE, again', ['Brute [FORCE], again']],
  ['"brute force"', 'force: Brute Force!', ['force: [Brute Force]!']],
  ['bru*', 'Brute force', ['[Bru]te force']],
  ['evil', 'GET http://evil.example/a', ['GET http://[evil].example/a']],
  ['brute force', 'Brute force', ['[Brute] [force]']],
  ['user:ann', 'Login of ann', ['Login of [ann]']],
  ['-ssh brute', 'ssh brute', ['ssh [brute]']],
  ['nothing', 'Brute force', []],
  ['*', 'Brute force', []],
])('%s in %s', (q, title, expected) => {
  expect(marked(q, title)).toEqual(expected);
});

test('of long texts the first three pieces are shown, each with what stands around', () => {
  const text = `${'x '.repeat(100)}here ${'y '.repeat(100)}`.repeat(5);
  const pieces = marked('here', 'title', [text]);
  expect(pieces).toHaveLength(3);
  for (const piece of pieces) expect([piece.includes('[here]'), piece.length]).toEqual([true, 126]);
});

test('what is asked of the title is not marked in texts', () => {
  expect(marked('title:brute', 'Brute', ['brute'])).toEqual(['[Brute]']);
});

test('no cut leaves half of a character', () => {
  const [piece = ''] = marked('here', '', [`${'\u{1f600}'.repeat(40)} here`]);
  expect(piece.isWellFormed()).toBe(true);
});
