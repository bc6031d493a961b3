import { expect, test } from 'vitest';
import { clientAddressOf, userAgentOf } from './client-address.ts';

test.each([
  ['203.0.113.1', '203.0.113.1'],
  ['2001:db8::1', '2001:db8::1'],
  [undefined, '127.0.0.1'],
  ['203.0.113.1, 203.0.113.2', '127.0.0.1'],
  ['somebody', '127.0.0.1'],
])('x-forwarded-for %s means %s', (told, address) => {
  expect(clientAddressOf({ headers: { 'x-forwarded-for': told }, ip: '127.0.0.1' })).toBe(address);
});

test.each([
  [undefined, null],
  ['', null],
  ['Mozilla/5.0 (X11)', 'Mozilla/5.0 (X11)'],
  ['two\u0000\u009blines\r\n', 'twolines'],
  ['x'.repeat(5_000), 'x'.repeat(256)],
])('the user agent %j is listed as %j', (told, listed) => {
  expect(userAgentOf({ headers: { 'user-agent': told } })).toBe(listed);
});
