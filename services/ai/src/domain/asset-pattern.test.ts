import type { AssetType } from '@soc/contracts/ai/asset';
import { expect, it } from 'vitest';
import { canonicalPattern, likePattern } from './asset-pattern.ts';

it.each<[AssetType, string, string | undefined]>([
  ['host', ' DC-* ', 'dc-*'],
  ['host', 'web01', 'web01'],
  ['host', '*', undefined],
  ['host', '***', undefined],
  ['host', 'a*b*c*d*', 'a*b*c*d*'],
  ['host', 'a*b*c*d*e*', undefined],
  ['user', 'CORP\\Administrator', 'corp\\administrator'],
  ['ip', '203.0.113.7', '203.0.113.7'],
  ['ip', '10.0.0.0/8', '10.0.0.0/8'],
  ['ip', '2001:DB8::/32', '2001:db8::/32'],
  ['ip', '10.0.0.0/33', undefined],
  ['ip', '10.0.0.0/8/8', undefined],
  ['ip', '10.0.0.0/', undefined],
  ['ip', 'fe80::1%eth0', undefined],
  ['ip', '10.0.*', undefined],
])('reads the %s pattern %j as %j', (type, pattern, expected) => {
  expect(canonicalPattern(type, pattern)).toBe(expected);
});

it('escapes what `like` would read as a wildcard of its own', () => {
  expect(likePattern('user', String.raw`svc_*\100%`)).toBe(String.raw`svc\_%\\100\%`);
  expect(likePattern('user', 'svc_backup')).toBeNull();
  expect(likePattern('ip', '10.0.0.0/8')).toBeNull();
});
