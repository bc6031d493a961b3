import { describe, expect, test } from 'vitest';
import { MAX_ATTEMPTS } from './effect-progress.ts';
import { backoffMs, type Exchange, settleExchange } from './settle-exchange.ts';

const now = new Date('2026-03-01T10:00:00.000Z');

const settle = (exchange: Exchange, rest: { isRepeatable?: boolean; attempt?: number; outArgs?: string[] } = {}) =>
  settleExchange(exchange, { attempt: 1, isRepeatable: false, outArgs: [], now, jitter: 0.5, ...rest });

const answered = (status: number, body = ''): Exchange => ({ kind: 'answered', status, body });
const lost: Exchange = { kind: 'lost', detail: 'no answer in 5 s' };
const notSent: Exchange = { kind: 'not_sent', detail: 'connection refused' };

describe('what is sent again', () => {
  test.each<[string, Exchange, { isRepeatable?: boolean; attempt?: number }, string, boolean]>([
    ['a 2xx is a success', answered(204), {}, 'succeeded', false],
    ['a redirect is not followed', answered(302), { isRepeatable: true }, 'failed', false],
    ['a refusal is final', answered(404), { isRepeatable: true }, 'failed', false],
    ['a 503 of a repeatable one comes again', answered(503), { isRepeatable: true }, 'failed', true],
    ['a 503 of any other is final: it may have been done', answered(503), {}, 'failed', false],
    ['429 says it was not done', answered(429), {}, 'failed', true],
    ['what never left comes again', notSent, {}, 'failed', true],
    ['what never left is given up in the end', notSent, { attempt: MAX_ATTEMPTS }, 'failed', false],
    ['a lost repeatable one comes again', lost, { isRepeatable: true }, 'failed', true],
    [
      'a lost repeatable one is left to a person in the end',
      lost,
      { isRepeatable: true, attempt: MAX_ATTEMPTS },
      'uncertain',
      false,
    ],
    ['any other lost one is left to a person at once', lost, {}, 'uncertain', false],
  ])('%s', (_, exchange, rest, state, again) => {
    const settled = settle(exchange, rest);
    expect([settled.state, settled.dueAt !== null]).toEqual([state, again]);
  });

  test('the pause doubles, is spread, and is bounded', () => {
    expect([1, 2, 3].map((attempt) => backoffMs(attempt, 0.5))).toEqual([1_000, 2_000, 4_000]);
    expect([backoffMs(1, 0), backoffMs(1, 1)]).toEqual([500, 1_500]);
    expect(backoffMs(40, 0.5)).toBe(30_000);
    expect(settle(notSent, { attempt: 2 }).dueAt).toBe('2026-03-01T10:00:02.000Z');
  });
});

describe('what an answer gives', () => {
  test('out_args take members of a JSON answer, its status and its body', () => {
    const outArgs = ['__ticket__', '__count__', '__tags__', '__gone__', '__http_status__', '__http_body__'];
    const body = '{"ticket":"T-1","count":2,"tags":["a"],"gone":null}';
    expect(settle(answered(201, body), { outArgs }).outcome?.variables).toEqual({
      __ticket__: 'T-1',
      __count__: '2',
      __tags__: '["a"]',
      __http_status__: '201',
      __http_body__: body,
    });
  });

  test('members JavaScript itself gives every object are none of the answer', () => {
    expect(
      settle(answered(200, '{}'), { outArgs: ['__constructor__', '__toString__'] }).outcome?.variables,
    ).toBeUndefined();
  });

  test('credentials in it are hidden in the journal', () => {
    expect(settle(answered(200, '{"access_token":"k3y"}')).outcome?.answer).toBe('{"access_token":"[redacted]"}');
  });
});
