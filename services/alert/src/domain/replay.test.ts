import { expect, test } from 'vitest';
import { firstRequests, type IdempotentRequest, planReplays } from './replay.ts';

const request = (key: string, requestHash = 'asked', tenantId = 'default'): IdempotentRequest => ({
  tenantId,
  key,
  requestHash,
});

test('a request without a key, or with a new one, is done', () => {
  expect(planReplays([undefined, undefined, request('a')], [])).toEqual([
    { kind: 'do' },
    { kind: 'do' },
    { kind: 'do' },
  ]);
});

test('a known key answers as the first time, and refuses another request', () => {
  const known = [{ ...request('a'), answer: 17 }];
  expect(planReplays([request('a'), request('a', 'something else')], known)).toEqual([
    { kind: 'answer', answer: 17 },
    { kind: 'refuse' },
  ]);
});

test('the same key twice at once is done once', () => {
  const requests = [
    request('a'),
    request('b'),
    request('a'),
    request('a', 'something else'),
    request('a', 'asked', 'other'),
  ];
  expect(planReplays(requests, [])).toEqual([
    { kind: 'do' },
    { kind: 'do' },
    { kind: 'same_as', index: 0 },
    { kind: 'refuse' },
    { kind: 'do' },
  ]);
  expect(firstRequests([undefined, ...requests])).toEqual([requests[0], requests[1], requests[4]]);
});
