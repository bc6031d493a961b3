import { expect, test } from 'vitest';
import { countsAgainst, type Failure, provesNothing, retryOf } from './outcome.ts';

const answered = (status: number) => ({ kind: 'answered', status }) as const;
const failed = (kind: Failure) => ({ kind, reason: 'x' });

test.each([
  [200, false],
  [404, false],
  [429, false],
  [500, true],
  [502, true],
  [503, false],
  [504, true],
])('an answer %i counts against the instance: %s', (status, counts) => {
  expect(countsAgainst(answered(status))).toBe(counts);
});

test('a service that could not keep to the deadline of an impatient client is not blamed', () => {
  expect(countsAgainst({ kind: 'answered', status: 504, isRushed: true })).toBe(false);
  expect(countsAgainst({ kind: 'answered', status: 500, isRushed: true })).toBe(true);
});

test('transport failures count against the instance, what the client does not', () => {
  const counted = (['unreachable', 'broken', 'timed_out', 'expired', 'abandoned', 'malformed'] as const).filter(
    (kind) => countsAgainst(failed(kind)),
  );
  expect(counted).toEqual(['unreachable', 'broken', 'timed_out']);
});

test('what its client made of it says nothing of an instance', () => {
  const telling = [answered(200), answered(404), answered(504), failed('unreachable'), failed('broken')];
  expect(telling.filter(provesNothing)).toEqual([]);
  const saysNothing = [
    failed('abandoned'),
    failed('expired'),
    failed('malformed'),
    { ...answered(504), isRushed: true },
  ];
  expect(saysNothing.filter((outcome) => !provesNothing(outcome))).toEqual([]);
});

test('what never left is tried elsewhere, whatever the method', () => {
  expect(retryOf(failed('unreachable'), { method: 'POST', isReplayable: false })).toBe('elsewhere');
});

test('a broken connection is tried again only for what is idempotent and can be sent again', () => {
  const broken = failed('broken');
  expect(retryOf(broken, { method: 'GET', isReplayable: true })).toBe('anywhere');
  expect(retryOf(broken, { method: 'PUT', isReplayable: false })).toBe('nowhere');
  expect(retryOf(broken, { method: 'POST', isReplayable: true })).toBe('nowhere');
  expect(retryOf(broken, { method: 'PATCH', isReplayable: true })).toBe('nowhere');
});

test('what is idempotent is not left with an instance that fell silent', () => {
  expect(retryOf(failed('silent'), { method: 'GET', isReplayable: true })).toBe('elsewhere');
  expect(retryOf(failed('silent'), { method: 'POST', isReplayable: true })).toBe('nowhere');
  expect(countsAgainst(failed('silent'))).toBe(true);
});

test('an answer, a time-out, a deadline that passed and a client that left are not tried again', () => {
  for (const outcome of [
    answered(500),
    failed('timed_out'),
    failed('expired'),
    failed('abandoned'),
    failed('malformed'),
  ]) {
    expect(retryOf(outcome, { method: 'GET', isReplayable: true })).toBe('nowhere');
  }
});
