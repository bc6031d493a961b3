import { expect, test } from 'vitest';
import { failureReason, safeReason } from './failure-reason.ts';
import { NonRetryableError } from './subscription.ts';

test.each([
  [
    'an error of PostgreSQL',
    Object.assign(new Error('Key (email)=(eve@example.org) exists'), { code: '23505' }),
    'SQLSTATE 23505: Key (email)=(eve@example.org) exists',
    'handler_failed: SQLSTATE 23505',
  ],
  ['an error of a kind', new TypeError('no host eve-1'), 'TypeError: no host eve-1', 'handler_failed: TypeError'],
  [
    'an error of the system',
    Object.assign(new Error('write EPIPE eve-1'), { code: 'EPIPE' }),
    'write EPIPE eve-1',
    'handler_failed',
  ],
  ['an error of no kind', new Error('no host eve-1'), 'no host eve-1', 'handler_failed'],
  ['a refusal of the handler', new NonRetryableError('no host eve-1'), 'no host eve-1', 'handler_failed'],
  ['a message that looks like a kind', new Error('EveError: eve-1'), 'Error: EveError: eve-1', 'handler_failed'],
  ['what is no error', 'eve-1', 'eve-1', 'handler_failed'],
])('of %s the safe reason holds nothing of the message', (_, error, full, safe) => {
  expect(failureReason(error)).toBe(full);
  expect(safeReason('handler_failed', full)).toBe(safe);
});
