import type { Observable } from '@soc/contracts';
import { expect, test } from 'vitest';
import { identifiersOf } from './identifiers.ts';

const cases: readonly [Observable['type'], string, readonly string[]][] = [
  ['ip', '2001:db8::1', ['2001:db8::1']],
  ['domain', 'a.evil.example.com.', ['a.evil.example.com.', 'a.evil.example.com', 'evil.example.com', 'example.com']],
  ['host', 'srv1.corp.example', ['srv1.corp.example', 'corp.example', 'srv1']],
  ['url', 'https://cdn.example.com/x.bin', ['https://cdn.example.com/x.bin', 'cdn.example.com', 'example.com']],
  ['url', 'not a url', ['not a url']],
  ['url', 'http://[2001:db8::1]/x', ['http://[2001:db8::1]/x', '2001:db8::1']],
  ['email', 'ann@mail.example.org', ['ann@mail.example.org', 'mail.example.org', 'example.org']],
  ['user', String.raw`CORP\ann`, [String.raw`CORP\ann`, 'ann']],
  ['user', 'ann@corp.example', ['ann@corp.example', 'ann']],
  ['process', '/usr/bin/curl', ['/usr/bin/curl', 'curl']],
  ['sha256', 'ab'.repeat(32), ['ab'.repeat(32)]],
];

test.each(cases)('a %s %s is found by every name people use', (type, value, expected) => {
  expect([...identifiersOf({ type, value })]).toEqual(expect.arrayContaining([...expected]));
});
