import type { IndicatorType } from '@soc/contracts/intel/indicator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalValue } from './canonical.ts';

const cases: readonly (readonly [IndicatorType, string, string | undefined])[] = [
  ['ip', ' 203.0.113.7 ', '203.0.113.7'],
  ['ip', '2001:0DB8:0:0::0001', '2001:db8::1'],
  ['ip', '[2001:db8::1]', '2001:db8::1'],
  ['ip', 'fe80::1%eth0', 'fe80::1'],
  ['ip', '::ffff:203.0.113.7', '203.0.113.7'],
  ['ip', '010.0.0.1', undefined],
  ['ip', '127.1', undefined],
  ['ip', '203.0.113.256', undefined],
  ['ip', '203.0.113.0/24', undefined],
  ['cidr', '203.0.113.77/24', '203.0.113.0/24'],
  ['cidr', '0.0.0.0/0', '0.0.0.0/0'],
  ['cidr', '2001:db8::5/32', '2001:db8::/32'],
  ['cidr', '::ffff:203.0.113.7/120', '203.0.113.0/24'],
  ['cidr', '203.0.113.0/33', undefined],
  ['cidr', '203.0.113.0/', undefined],
  ['cidr', '203.0.113.0', undefined],
  ['cidr', '203.0.113.0/24/8', undefined],
  ['cidr', 'fe80::1%eth0/64', undefined],
  ['domain', 'WWW.Evil.Example.', 'www.evil.example'],
  ['domain', '*.evil.example', 'evil.example'],
  ['domain', '.evil.example', 'evil.example'],
  ['domain', 'bücher.example', 'xn--bcher-kva.example'],
  ['domain', '_dmarc.evil.example', '_dmarc.evil.example'],
  ['domain', 'localhost', undefined],
  ['domain', '203.0.113.7', undefined],
  ['domain', 'domain evil.example', undefined],
  ['domain', 'évil.example/path', undefined],
  ['domain', `${'a'.repeat(64)}.example`, undefined],
  ['domain', '..evil.example', undefined],
  ['url', 'HTTP://User:Pass@Evil.Example:80/A?b=C#d', 'http://evil.example/A?b=C'],
  ['url', 'https://evil.example', 'https://evil.example/'],
  ['url', 'http://[2001:DB8::1]:8080/x', 'http://[2001:db8::1]:8080/x'],
  ['url', 'ldap://EVIL.example:1389/Exploit', 'ldap://evil.example:1389/Exploit'],
  ['url', 'http://evil.example./x', 'http://evil.example/x'],
  ['url', 'javascript:alert(1)', undefined],
  ['url', 'http://intranet/', undefined],
  ['url', '/index.php', undefined],
  ['email', 'Mallory+1@Evil.Example', 'mallory+1@evil.example'],
  ['email', '@evil.example', undefined],
  ['email', 'mallory@localhost', undefined],
  ['md5', 'D41D8CD98F00B204E9800998ECF8427E', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['md5', 'd41d8cd98f00b204e9800998ecf8427', undefined],
  ['sha1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['sha256', 'z'.repeat(64), undefined],
];

describe('canonicalValue', () => {
  it.each(cases)('reads %s %j as %j', (type, value, expected) => {
    expect(canonicalValue(type, value)).toBe(expected);
  });

  it('refuses what is longer than an index entry may be', () => {
    expect(canonicalValue('url', `https://evil.example/${'a'.repeat(2_048)}`)).toBeUndefined();
  });

  const types = fc.constantFrom<IndicatorType>('ip', 'cidr', 'domain', 'url', 'email', 'md5', 'sha1', 'sha256');
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.webUrl({
      withFragments: true,
      withQueryParameters: true,
      authoritySettings: { withIPv6: true, withPort: true },
    }),
    fc.emailAddress(),
    fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128)).map(([address, length]) => `${address}/${length}`),
  );

  it('gives a value that is canonical as itself, in ASCII, within the bound', () => {
    fc.assert(
      fc.property(types, values, (type, value) => {
        const canonical = canonicalValue(type, value);
        if (canonical === undefined) return;
        expect(canonicalValue(type, canonical)).toBe(canonical);
        expect(canonical).toMatch(/^[\x21-\x7e]{1,2048}$/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on letter case for domains, addresses and hashes', () => {
    const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
    fc.assert(
      fc.property(fc.oneof(fc.domain(), hash, fc.ipV6()), types, (value, type) => {
        if (type === 'url' || type === 'email') return;
        expect(canonicalValue(type, value.toUpperCase())).toBe(canonicalValue(type, value));
      }),
    );
  });
});
