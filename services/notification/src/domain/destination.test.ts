import { expect, test } from 'vitest';
import { checkDestination, isPublicAddress } from './destination.ts';

const open = { allowPrivate: false, allowedHosts: [] };

test.each(['https://hooks.example.com/x', 'http://93.184.216.34:8080/', 'https://[2606:4700::1111]/'])(
  '%s may be called',
  (url) => {
    expect(checkDestination(url, open)).toEqual({ ok: true });
  },
);

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.0.0.1/',
  'http://0/',
  'http://localhost:8005/',
  'http://a.localhost./',
  'http://10.1.2.3/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://100.64.0.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://[fec0::1]/',
  'http://[fe80::1]/',
  'http://[fd00::1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
])('%s is no public destination', (url) => {
  expect(checkDestination(url, open).ok).toBe(false);
  expect(checkDestination(url, { ...open, allowPrivate: true })).toEqual({ ok: true });
});

test.each(['ftp://example.com/', 'file:///etc/passwd', 'https://user:pass@example.com/'])('%s is refused', (url) => {
  expect(checkDestination(url, { allowPrivate: true, allowedHosts: [] }).ok).toBe(false);
});

test('with a list of hosts only those are called, whatever their case', () => {
  const policy = { allowPrivate: false, allowedHosts: ['hooks.example.com'] };
  expect(checkDestination('https://HOOKS.example.com./x', policy)).toEqual({ ok: true });
  expect(checkDestination('https://sub.hooks.example.com/x', policy).ok).toBe(false);
});

test.each([
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['255.255.255.255', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:8.8.8.8', true],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
