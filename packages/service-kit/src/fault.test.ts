import {
  CommitOutcomeUnknownError,
  InvalidConsistencyTokenError,
  NoPrimaryError,
  SplitBrainError,
  StatementTimeoutError,
} from '@soc/db-cluster';
import { expect, test } from 'vitest';
import { asProblem } from './fault.ts';

test('a database without a primary is unavailable, and says when to come back', () => {
  for (const error of [new NoPrimaryError('none'), new SplitBrainError('two')]) {
    const { status, code, headers } = asProblem(error);
    expect({ status, code, headers }).toEqual({
      status: 503,
      code: 'database.unavailable',
      headers: { 'retry-after': '1' },
    });
  }
});

test("a peer that a route's own request finds away is not told as the database", () => {
  const own = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  expect(asProblem(own)).toMatchObject({ status: 500, code: 'internal' });
});

test('a write that may have been made has a code of its own', () => {
  const problem = asProblem(new CommitOutcomeUnknownError('lost'));
  expect(problem).toMatchObject({ status: 503, code: 'database.outcome_unknown' });
});

test("a token that is not the fleet's own is the caller's mistake, and its header is named", () => {
  const problem = asProblem(new InvalidConsistencyTokenError('not a consistency token'));
  expect(problem).toMatchObject({
    status: 400,
    code: 'request.invalid_consistency_token',
    errors: [{ path: 'headers.x-consistency-token' }],
  });
});

test('a statement that ran out of time, by our clock or that of PostgreSQL, is no fault of the service', () => {
  const cancelled = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  for (const error of [new StatementTimeoutError('took longer than 5 ms'), cancelled]) {
    expect(asProblem(error)).toMatchObject({ status: 504, code: 'request.deadline_exceeded' });
  }
});
