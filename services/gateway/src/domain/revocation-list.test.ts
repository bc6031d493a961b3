import { expect, test } from 'vitest';
import { concerns, createRevocationList, type Revocable } from './revocation-list.ts';

const person: Revocable = { kind: 'user', subject: 'ann', sessionId: 's1' };
const key: Revocable = { kind: 'api_key', subject: 'k1', makerId: 'ann' };
const service: Revocable = { kind: 'service', subject: 'ann' };
const before = '2026-01-02T03:04:05.678Z';
const atMs = Date.parse(before);

test.each([
  ['user', 'ann', [true, true, false]],
  ['user', 'bob', [false, false, false]],
  ['session', 's1', [true, false, false]],
  ['session', 's2', [false, false, false]],
  ['api_key', 'k1', [false, true, false]],
  ['api_key', 'ann', [false, false, false]],
] as const)('revoking the %s %s voids the earlier tokens of whom it concerns', (kind, subject, expected) => {
  const list = createRevocationList(1_000);
  list.add({ kind, subject, before });
  const all = [person, key, service];
  expect(all.map((each) => list.isRevoked(each, atMs - 1))).toEqual(expected);
  expect(all.map((each) => concerns({ kind, subject }, each))).toEqual(expected);
  expect(all.map((each) => list.isRevoked(each, atMs))).toEqual([false, false, false]);
});

test('an earlier revocation that arrives later takes nothing back, and one heard again is no news', () => {
  const list = createRevocationList(1_000);
  const heard = [before, '2020-01-01T00:00:00Z', before];
  expect(heard.map((each) => list.add({ kind: 'user', subject: 'ann', before: each }))).toEqual([true, false, false]);
  expect(list.isRevoked(person, atMs - 1)).toBe(true);
});

test('a revocation is kept for as long as a token may live, and no longer', () => {
  const list = createRevocationList(1_000);
  list.add({ kind: 'user', subject: 'ann', before });
  list.prune(atMs + 1_000);
  expect(list.isRevoked(person, atMs - 1)).toBe(true);
  list.prune(atMs + 1_001);
  expect([list.isRevoked(person, atMs - 1), list.size()]).toEqual([false, 0]);
});
