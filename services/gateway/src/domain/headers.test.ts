import { expect, test } from 'vitest';
import { type FieldList, type ForwardingFacts, type Headers, requestFields, responseFields } from './headers.ts';

const facts: ForwardingFacts = {
  requestId: 'r1',
  traceparent: 't1',
  clientAddress: '203.0.113.7',
  protocol: 'http',
  host: 'soc.example.org',
  authorization: undefined,
};
/** Fails where a name comes twice. */
function named(fields: FieldList): Record<string, unknown> {
  const pairs = fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1]] as const] : []));
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}
const sent = (headers: Headers, more: Partial<ForwardingFacts> = {}) =>
  named(requestFields(headers, { ...facts, ...more }));
const ours = {
  'x-request-id': 'r1',
  traceparent: 't1',
  via: '1.1 soc-gateway',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'soc.example.org',
};

test('what a client claims about itself is replaced by what the gateway knows', () => {
  const claims = {
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-port': '1',
    'x-forwarded': 'for=10.0.0.1',
    forwarded: 'for=10.0.0.1',
    'x-real-ip': '10.0.0.1',
    'x-user-id': 'root',
    'x-user': 'root',
    'x-tenant-id': 'other',
    'x-auth-request-user': 'root',
    'x-remote-user': 'root',
    'x-role': 'admin',
    'x-principal': 'root',
    'x-soc-internal': '1',
    'x-original-url': '/metrics',
    'x-rewrite-url': '/metrics',
    'x-http-method-override': 'DELETE',
    'x-api-key': 'soc_secret',
    authorization: 'Basic cm9vdDpyb290',
    cookie: 'a=b',
    host: 'soc.example.org',
    'x-request-id': 'theirs',
    traceparent: 'theirs',
  };
  expect(sent(claims)).toEqual(ours);
});

test('what is meant for one connection stays there, with what the connection field lists', () => {
  const headers = {
    connection: 'keep-alive, X-Hop, content-length',
    'keep-alive': 'timeout=5',
    'x-hop': '1',
    te: 'trailers',
    trailer: 'x',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    expect: '100-continue',
    'proxy-authorization': 'x',
    'content-length': '2',
    accept: 'application/json',
  };
  expect(sent(headers)).toEqual({ ...ours, 'content-length': '2', accept: 'application/json' });
});

test('what belongs to the request goes on, and the checked token with it', () => {
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': 'k',
    'x-consistency-token': 'c',
    'last-event-id': '7',
    'x-hub-signature-256': 's',
    'x-authoritative': 'fine',
  };
  const authorization = 'Bearer a.b.c';
  expect(sent(headers, { authorization })).toEqual({ ...headers, ...ours, authorization });
});

test('an answer keeps its own fields over ours, and loses those of its connection', () => {
  const answer = {
    connection: 'close, x-hop',
    'x-hop': '1',
    'keep-alive': 'timeout=75',
    'transfer-encoding': 'chunked',
    'content-type': 'application/json',
    'set-cookie': ['a=1', 'b=2'],
    'cache-control': 'public',
  };
  const standing = ['cache-control', 'no-store', 'x-frame-options', 'DENY', 'x-hop', 'ours', 'vary', 'accept'];
  expect(named(responseFields(answer, { connection: 'close', vary: 'origin' }, standing))).toEqual({
    'content-type': 'application/json',
    'set-cookie': ['a=1', 'b=2'],
    'cache-control': 'public',
    'x-frame-options': 'DENY',
    'x-hop': 'ours',
    connection: 'close',
    vary: 'origin',
  });
});
