import { describe, expect, it } from 'vitest';
import { extractObservables } from './extract.ts';

const found = (text: string): readonly string[] =>
  extractObservables(text).map(({ type, value }) => `${type} ${value}`);

describe('extractObservables', () => {
  it.each([
    ['Beacon to 198.51.100.7:443, then 203.0.113.5.', ['ip 198.51.100.7', 'ip 203.0.113.5']],
    ['src=192.0.2.1->198.51.100.7', ['ip 192.0.2.1', 'ip 198.51.100.7']],
    ['from 2001:DB8:0::1 and [2001:db8::2]:80', ['ip 2001:db8::1', 'ip 2001:db8::2']],
    ['::ffff:192.0.2.1', ['ip 192.0.2.1']],
    ['Queried C2.Example and evil.co.uk:8080/x', ['domain c2.example', 'domain evil.co.uk']],
    ['see http://c2.example/a?b=c,d(e). Then', ['url http://c2.example/a?b=c,d(e', 'domain c2.example']],
    ['"https://u:p@C2.example:8443/x"', ['url https://u:p@c2.example:8443/x', 'domain c2.example']],
    ['http://198.51.100.7/a', ['url http://198.51.100.7/a', 'ip 198.51.100.7']],
    ['http://[2001:db8::1]:8080/a', ['url http://[2001:db8::1]:8080/a', 'ip 2001:db8::1']],
    [
      'http://a.example/x,http://b.example/y',
      ['url http://a.example/x', 'domain a.example', 'url http://b.example/y', 'domain b.example'],
    ],
    ['${jndi:ldap://c2.example:1389/a}', ['url ldap://c2.example:1389/a', 'domain c2.example']],
    ['mail from Eve@Mail.Example, mailto:bob@corp.example', ['email eve@mail.example', 'email bob@corp.example']],
    [
      `md5 ${'A'.repeat(32)}; sha1:${'b'.repeat(40)}; SHA256=${'c'.repeat(64)}`,
      [`md5 ${'a'.repeat(32)}`, `sha1 ${'b'.repeat(40)}`, `sha256 ${'c'.repeat(64)}`],
    ],
    ['bücher.example', ['domain xn--bcher-kva.example']],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    ['hxxps://evil[.]example/x', ['url https://evil.example/x', 'domain evil.example']],
    ['hXXp[:]//evil(.)example', ['url http://evil.example', 'domain evil.example']],
    ['hxxp[://]evil[.]example', ['url http://evil.example', 'domain evil.example']],
    ['198[.]51[.]100[.]7', ['ip 198.51.100.7']],
    ['198.51.100[.]7:443', ['ip 198.51.100.7']],
    ['evil[dot]sh', ['domain evil.sh']],
    ['evil{.}zip', ['domain evil.zip']],
    ['bob[at]evil[.]example', ['email bob@evil.example']],
    ['bob(@)evil(dot)example', ['email bob@evil.example']],
  ])('defanged: %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    'powershell.exe wrote report.pdf, run.sh and main.py',
    'System.Management.Automation.AmsiUtils',
    'version 1.2.3 of 10.0.19041.546',
    '{{ host.name }}',
    'from 127.0.0.1, 0.0.0.0, ::1, 224.0.0.1 or localhost',
    'https://',
    '@ a@ @b a@b user@host',
    `IMPHASH=${'a'.repeat(32)}`,
    'a'.repeat(33),
    'C:\\Windows\\System32\\cmd.exe /c echo 2025-06-02T10:00:00.000Z',
  ])('nothing in: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds each once, in order, and no more than a hundred', () => {
    expect(found('a.example b.example A.EXAMPLE')).toEqual(['domain a.example', 'domain b.example']);
    const many = Array.from({ length: 500 }, (_, nth) => `h${nth}.example`).join(' ');
    expect(found(many)).toHaveLength(100);
    expect(found(many.replaceAll(' ', ','))).toHaveLength(100);
  });

  it.each([
    ['one letter', 'a'],
    ['dots', '.'],
    ['colons', ':'],
    ['defanged dots', '[.]'],
    ['half brackets', '['],
    ['at signs', '@'],
    ['schemes', 'http://'],
    ['schemes and hosts', 'http://a.example,'],
    ['dashes of a label', 'a-'],
    ['labels', 'a.'],
    ['hex digits', 'deadbeef'],
    ['IPv6 groups', '1:'],
    ['quarters of an address', '1.'],
    ['import hashes cut short', 'imphash=a'],
    ['blanks', ' '],
    ['letters beyond ASCII', 'ü.'],
    ['halves of surrogate pairs', '\uD800.'],
  ])('100 KB of %s take no more than a second', (_, unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const startedAt = performance.now();
    extractObservables(text);
    extractObservables(text.replaceAll(/(.{1500})/gs, '$1 '));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
