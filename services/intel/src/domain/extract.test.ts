import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '@soc/fleet/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractObservables } from './extract.ts';

const found = (text: string): readonly string[] =>
  extractObservables(text).map(({ type, value }) => `${type} ${value}`);

describe('extractObservables', () => {
  it.each([
    ['The C2 at hxxps://Evil[.]example/Gate.php?id=1, again', ['url https://evil.example/Gate.php?id=1']],
    ['see (https://evil.example/a_(b)).', ['url https://evil.example/a_(b)']],
    ['hXXp[:]//evil[.]example[/]x', ['url http://evil.example/x']],
    ['h**p://203[.]0[.]113[.]7:8080/a', ['url http://203.0.113.7:8080/a']],
    ['fxp://evil(.)example/f', ['url ftp://evil.example/f']],
    ['${jndi:ldap://203.0.113.7:1389/Exploit}', ['url ldap://203.0.113.7:1389/Exploit']],
    ['from mallory[at]evil(dot)example to all', ['email mallory@evil.example']],
    ['mail Mallory@Evil.Example.', ['email mallory@evil.example']],
    ['evil [.] example and worse{dot}example', ['domain evil.example', 'domain worse.example']],
    ['host=www.evil.example;', ['domain www.evil.example']],
    ['bad.madeuptld but bad[.]madeuptld', ['domain bad.madeuptld']],
    [
      '203.0.113[.]7 and 198.51.100.0/24, port 198.51.100.9:443',
      ['ip 203.0.113.7', 'cidr 198.51.100.0/24', 'ip 198.51.100.9'],
    ],
    ['from 203.0.113.7-203.0.113.9.', ['ip 203.0.113.7', 'ip 203.0.113.9']],
    [
      'via 2001:DB8::1. and 2001:db8::/32, [2001:db8::2]:443',
      ['ip 2001:db8::1', 'cidr 2001:db8::/32', 'ip 2001:db8::2'],
    ],
    ['md5=D41D8CD98F00B204E9800998ECF8427E', ['md5 d41d8cd98f00b204e9800998ecf8427e']],
    ['evil.example, EVIL.example, evil[.]example', ['domain evil.example']],
    ['bücher.example', ['domain xn--bcher-kva.example']],
  ])('finds in %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    'C:\\Windows\\System32\\cmd.exe ran invoice.pdf and install.sh',
    'System.Net.WebClient().DownloadString($x.com)',
    'at 12:30:45, std::vector, aa:bb:cc:dd:ee:ff',
    'version 10.0.19045.3803.1 of 300.1.1.1',
    'http://intranet/ and @handle and a@b',
    '0123456789abcdef0123456789abcdef0 is 33 digits long',
    '',
  ])('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('keeps the order of appearance across types', () => {
    expect(found('a.example 203.0.113.7 b.example http://c.example/')).toEqual([
      'domain a.example',
      'ip 203.0.113.7',
      'domain b.example',
      'url http://c.example/',
    ]);
  });

  it('finds every address and domain again, however it was defanged', () => {
    const dot = fc.constantFrom('.', '[.]', '(.)', '{.}', '[dot]', '(dot)', ' [.] ', '[.', '.]');
    const value = fc.oneof(
      fc.ipV4(),
      fc.domain().map((name) => `${name}.example`),
    );
    fc.assert(
      fc.property(value, dot, (plain, written) => {
        expect(extractObservables(`seen: ${plain.replaceAll('.', written)} today`).map((one) => one.value)).toEqual([
          plain,
        ]);
      }),
    );
  });

  it.each(['a', 'a.', '1.', 'http://', ')', 'a@', '[.]', ':', '0a:', 'x://a(', '\ue000'])(
    'takes no longer than linear time for a text of %j',
    (piece) => {
      const text = piece.repeat((256 * 1024) / piece.length);
      const startedAt = performance.now();
      expect(extractObservables(text).length).toBeLessThan(10);
      // Quadratic would be minutes.
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    },
  );
});

const lists = sharedData('08-threat-intel/volexity-iocs');

function rowsOf(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.csv'));
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/\r?\n/));
}

describe.skipIf(lists === undefined)('extractObservables on published indicator lists', () => {
  it('finds every host and address of them, plain and defanged', () => {
    // One row of them has two dots in a row, a slip of its author.
    const values = rowsOf(lists ?? '')
      .flatMap((row) => /^"?([^",\s]+)"?,(?:hostname|ipaddress),/.exec(row)?.[1] ?? [])
      .filter((value) => !value.includes('..'));
    expect(values.length).toBeGreaterThan(100);
    const missing = values.filter((value) => {
      const written = [value, value.replaceAll('.', '[.]')];
      return written.some((text) => extractObservables(`C2: ${text}`)[0]?.value !== value.toLowerCase());
    });
    expect(missing).toEqual([]);
  });
});

const onions = sharedData('08-threat-intel/ioc-values/onion_valid.ioc');

describe.skipIf(onions === undefined)('extractObservables on addresses of hidden services', () => {
  it('finds each as a domain', () => {
    const names = readFileSync(onions ?? '', 'utf8')
      .split(/\s+/)
      .filter(Boolean)
      .map((name) => `${name.split('\t').at(-1)}.onion`);
    expect(found(names.join('\n'))).toEqual(names.map((name) => `domain ${name}`));
  });
});
