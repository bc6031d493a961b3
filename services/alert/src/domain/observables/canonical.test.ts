import fc from 'fast-check';
import type { Observable } from '@soc/contracts';
import { Observable as ObservableSchema, ObservableType } from '@soc/contracts';
import { describe, expect, it } from 'vitest';
import { canonicalObservable, namesNobody, uniqueObservables } from './canonical.ts';

const canonical = (type: ObservableType, value: string): string | null => {
  const observable = canonicalObservable({ type, value });
  return observable && `${observable.type} ${observable.value}`;
};

describe('canonicalObservable', () => {
  it.each([
    ['ip', ' 192.0.2.1 ', 'ip 192.0.2.1'],
    ['ip', '2001:0DB8:0:0::1', 'ip 2001:db8::1'],
    ['ip', 'fe80::1%eth0', 'ip fe80::1'],
    ['ip', '::ffff:c000:0201', 'ip 192.0.2.1'],
    ['ip', '192.0.2.1:443', 'ip 192.0.2.1'],
    ['ip', '192.0.2.256', null],
    ['ip', '192.0.2.01', null],
    ['domain', 'C2.Example.', 'domain c2.example'],
    ['domain', 'c2.example:8080', 'domain c2.example'],
    ['domain', '198.51.100.7', 'ip 198.51.100.7'],
    ['domain', 'nodots', null],
    ['domain', 'a b.example', null],
    ['domain', `${'a'.repeat(64)}.example`, null],
    ['host', 'WS-12', 'host ws-12'],
    ['host', 'node-1:9100', 'host node-1'],
    ['host', '192.0.2.1:9100', 'ip 192.0.2.1'],
    ['host', "Ann's Laptop", "host ann's laptop"],
    ['url', 'HTTP://C2.Example/Path?Q', 'url http://c2.example/Path?Q'],
    ['url', 'c2.example/path', null],
    ['url', 'http://c2.example/a b', null],
    ['email', 'Ann <Ann@Corp.Example>', 'email ann@corp.example'],
    ['email', '@corp.example', null],
    ['email', 'ann@', null],
    ['sha256', 'A'.repeat(32), `md5 ${'a'.repeat(32)}`],
    ['md5', 'A'.repeat(40), `sha1 ${'a'.repeat(40)}`],
    ['sha1', 'g'.repeat(40), null],
    ['sha1', 'a'.repeat(41), null],
    ['user', 'CORP\\Ann', 'user corp\\ann'],
    ['process', 'PowerShell.EXE', 'process powershell.exe'],
    ['user', ' \u0000 ', null],
    ['user', 'a'.repeat(2_049), null],
  ] as const)('%s %j', (type, value, expected) => {
    expect(canonical(type, value)).toBe(expected);
  });

  it.each(['host', 'domain'] as const)('a %s that is nothing but a port is none', (type) => {
    expect(canonicalObservable({ type, value: ':80' })).toBeNull();
  });

  it('never throws, gives what the contract allows, and is canonical already when asked again', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.ipV6(),
      fc.ipV4(),
      fc.webUrl(),
      fc.emailAddress(),
      fc.domain(),
    );
    const decorated = fc
      .tuple(value, fc.constantFrom('', '%', '%a:b', ':80', '.', ']'))
      .map(([text, end]) => text + end);
    fc.assert(
      fc.property(fc.constantFrom(...ObservableType.options), decorated, fc.string(), (type, text, role) => {
        const observable = canonicalObservable({ type, value: text, role });
        if (observable === null) return;
        ObservableSchema.parse(observable);
        expect(observable.value.isWellFormed()).toBe(true);
        expect(canonicalObservable(observable)).toEqual(observable);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('uniqueObservables', () => {
  it('keeps the first of each with its role, drops what is none, and stops at a hundred', () => {
    const list: readonly Observable[] = [
      { type: 'ip', value: '192.0.2.1', role: 'source' },
      { type: 'ip', value: '::ffff:192.0.2.1', role: 'destination' },
      { type: 'ip', value: 'nonsense' },
      { type: 'user', value: 'Ann' },
    ];
    expect(uniqueObservables(list)).toEqual([
      { type: 'ip', value: '192.0.2.1', role: 'source' },
      { type: 'user', value: 'ann' },
    ]);
    const many = Array.from({ length: 300 }, (_, nth): Observable => ({ type: 'user', value: `u${nth}` }));
    expect(uniqueObservables(many)).toHaveLength(100);
  });
});

describe('namesNobody', () => {
  it.each(['127.0.0.53', '0.0.0.0', '::', '::1', '255.255.255.255', '224.0.0.251', '239.1.2.3', 'ff02::fb'])(
    '%s',
    (value) => {
      expect(namesNobody({ type: 'ip', value })).toBe(true);
    },
  );

  it.each(['192.0.2.1', '10.0.0.1', '169.254.169.254', 'fe80::1', '2001:db8::ff02', '223.0.0.1'])('not %s', (value) => {
    expect(namesNobody({ type: 'ip', value })).toBe(false);
  });

  it('localhost is nobody, but a host that begins like an address is somebody', () => {
    expect(namesNobody({ type: 'host', value: 'localhost.localdomain' })).toBe(true);
    expect(namesNobody({ type: 'domain', value: '0.pool.ntp.example' })).toBe(false);
  });
});
