import { expect, test } from 'vitest';
import { clientAddressOf } from './client-address.ts';

test.each([
  ['203.0.113.1', '203.0.113.1'],
  ['2001:db8::1', '2001:db8::1'],
  [undefined, '127.0.0.1'],
  ['203.0.113.1, 203.0.113.2', '127.0.0.1'],
  ['somebody', '127.0.0.1'],
])('x-forwarded-for %s means %s', (told, address) => {
  expect(clientAddressOf({ headers: { 'x-forwarded-for': told }, ip: '127.0.0.1' })).toBe(address);
});
