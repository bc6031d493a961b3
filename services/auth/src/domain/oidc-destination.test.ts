import { expect, test } from 'vitest';
import { isAllowedAddress, isAllowedDestination } from './oidc-destination.ts';

test.each([
  'https://169.254.169.254/latest/meta-data',
  'https://[fe80::1]/',
  'https://[fd00:ec2::254]/',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:169.254.169.254]/',
  'https://2852039166/', // 169.254.169.254 as one number
  'https://0xa9fea9fe/',
  'https://0.0.0.0/',
  'https://localhost/',
  'https://idp.localhost./',
  'http://idp.example.org/',
  'ftp://idp.example.org/',
  'javascript:alert(1)',
  'https://user:secret@idp.example.org/',
])('%s is not a provider', (text) => {
  expect(isAllowedDestination(new URL(text), [])).toBe(false);
});

test('a provider is reached over https, in the own network too', () => {
  for (const text of ['https://idp.example.org/realm', 'https://10.1.2.3/', 'https://[fd12::1]/']) {
    expect(isAllowedDestination(new URL(text), [])).toBe(true);
  }
});

test('what the installation names is free of it, and only that', () => {
  expect(isAllowedDestination(new URL('http://127.0.0.1:8080/'), ['127.0.0.1'])).toBe(true);
  expect(isAllowedDestination(new URL('http://127.0.0.2:8080/'), ['127.0.0.1'])).toBe(false);
  expect(isAllowedDestination(new URL('javascript:alert(1)'), [''])).toBe(false);
});

test('an address that a name resolves to is judged alike', () => {
  expect(['169.254.169.254', '::1', '::ffff:127.0.0.1', 'fe80::1'].map(isAllowedAddress)).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(['192.168.1.1', '203.0.113.7', '2001:db8::1'].map(isAllowedAddress)).toEqual([true, true, true]);
});
