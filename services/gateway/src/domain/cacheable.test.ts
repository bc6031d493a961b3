import { expect, test } from 'vitest';
import { cacheKeyOf, keepS } from './cacheable.ts';

const question = { endpointId: 'getOverview', tenantId: 'default', permissions: ['b', 'a'], url: '/overview?x=1' };

test('who has the same permissions in the same tenant and asks the same shares an answer, and nobody else', () => {
  const key = cacheKeyOf(question);
  expect(cacheKeyOf({ ...question, permissions: new Set(['a', 'b']) })).toBe(key);
  for (const other of [{ tenantId: 'other' }, { permissions: ['a'] }, { url: '/overview?x=2' }, { endpointId: 'x' }]) {
    expect(cacheKeyOf({ ...question, ...other })).not.toBe(key);
  }
});

test.each([
  ['a plain success', { status: 200, headers: {} }, 15],
  ['one that is good for less', { status: 200, headers: { 'cache-control': 'max-age=5' } }, 5],
  ['one that is good for longer', { status: 200, headers: { 'cache-control': 'public, max-age=300' } }, 15],
  [
    'one that shared caches may keep for less',
    { status: 200, headers: { 'cache-control': 'max-age=9, s-maxage=3' } },
    3,
  ],
  ['one that is not to be kept', { status: 200, headers: { 'cache-control': 'no-store' } }, 0],
  ['one for one person', { status: 200, headers: { 'cache-control': 'Private, max-age=60' } }, 0],
  ['one with a cookie', { status: 200, headers: { 'set-cookie': ['a=b'] } }, 0],
  ['one that varies', { status: 200, headers: { vary: 'accept-language' } }, 0],
  ['nonsense', { status: 200, headers: { 'cache-control': 'max-age=soon' } }, 0],
  ['a refusal', { status: 404, headers: {} }, 0],
] as const)('%s is kept for as long as it may be', (_, answer, seconds) => {
  expect(keepS(15, answer)).toBe(seconds);
});
