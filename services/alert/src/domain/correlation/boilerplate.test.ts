import { expect, test } from 'vitest';
import { isBoilerplate } from './boilerplate.ts';

test.each([
  ['user', 'NT AUTHORITY\\SYSTEM'],
  ['user', 'nt authority\\local service'],
  ['user', 'Window Manager\\DWM-1'],
  ['user', 'CORP\\WS5$'],
  ['user', 'root'],
  ['host', 'localhost'],
  ['host', '-'],
  ['ip', '127.0.0.1'],
  ['ip', '::1'],
  ['ip', '::'],
  ['ip', '169.254.1.1'],
  ['ip', '224.0.0.252'],
  ['ip', 'fe80::1'],
  ['ip', 'ff02::fb'],
  ['sha256', 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'],
] as const)('%s %s says nothing', (type, value) => {
  expect(isBoilerplate(type, value)).toBe(true);
});

test.each([
  ['user', 'CORP\\jdoe'],
  ['host', 'ws5'],
  ['ip', '10.0.0.5'],
  ['ip', '203.0.113.9'],
  ['ip', '2001:db8::1'],
  ['domain', 'evil.example'],
  ['md5', 'ab'.repeat(16)],
  ['process', 'powershell.exe'],
] as const)('%s %s says something', (type, value) => {
  expect(isBoilerplate(type, value)).toBe(false);
});
