import { expect, test } from 'vitest';
import { isOrdinary, ordinaryLengthOf } from './ordinary.ts';

const GOES_ON = { destroyed: false, shouldKeepAlive: true };

const headOf = (fields: Readonly<Record<string, string>>, httpVersion = '1.1') => ({
  httpVersion,
  headers: fields,
  rawHeaders: Object.entries(fields).flat(),
});

test.each([{ host: 'a' }, { host: 'a', connection: 'keep-alive' }, { host: 'a', cookie: 'b', accept: '*/*' }])(
  'a request that asks for nothing more is ordinary: %o',
  (fields) => {
    expect(isOrdinary(headOf(fields), GOES_ON)).toBe(true);
  },
);

test.each([
  ['expect', '100-continue'],
  ['origin', 'https://console.example.org'],
  ['transfer-encoding', 'chunked'],
  ['upgrade', 'websocket'],
  ['x-api-key', 'soc_x'],
  ['x-request-timeout-ms', '1000'],
  ['connection', 'close'],
  ['connection', 'keep-alive, x-hop'],
  ['connection', 'Keep-Alive'],
  ['host', 'a b'],
])('what asks for more is not: %s: %s', (name, value) => {
  expect(isOrdinary(headOf({ host: 'a', [name]: value }), GOES_ON)).toBe(false);
});

test('neither is another version, nor what comes on a connection that ends', () => {
  const head = headOf({ host: 'a' });
  expect(isOrdinary(headOf({ host: 'a' }, '1.0'), GOES_ON)).toBe(false);
  expect(isOrdinary(head, { ...GOES_ON, shouldKeepAlive: false })).toBe(false);
  expect(isOrdinary(head, { ...GOES_ON, destroyed: true })).toBe(false);
});

test('two hosts are none', () => {
  const head = headOf({ host: 'a' });
  expect(isOrdinary({ ...head, rawHeaders: ['Host', 'a', 'host', 'b'] }, GOES_ON)).toBe(false);
});

test.each([
  [undefined, 100, 0],
  ['0', 100, 0],
  ['100', 100, 100],
  ['101', 100, undefined],
  ['65536', 1_000_000, 65_536],
  ['65537', 1_000_000, undefined],
])('of a body of %s bytes, where %s are accepted, %s are waited for', (length, limitBytes, expected) => {
  const headers = length === undefined ? {} : { 'content-length': length };
  expect(ordinaryLengthOf({ headers }, limitBytes)).toBe(expected);
});
