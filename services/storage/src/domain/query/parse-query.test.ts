import { describe, expect, test } from 'vitest';
import { parseQuery } from './parse-query.ts';
import type { Query } from './query.ts';

const now = new Date('2026-03-10T12:00:00Z');

const all: Query = { op: 'all' };
const word = (...words: string[]): Query => ({ op: 'words', words, prefix: false, in: 'document' });
const begins = (prefix: string): Query => ({ op: 'words', words: [prefix], prefix: true, in: 'document' });
const not = (part: Query): Query => ({ op: 'not', part });
const and = (...parts: Query[]): Query => ({ op: 'and', parts });
const or = (...parts: Query[]): Query => ({ op: 'or', parts });
type Field = Extract<Query, { op: 'field' }>;
const is = (field: Field['field'], value: string): Query => ({ op: 'field', field, test: { is: 'equals', value } });
const like = (field: Field['field'], pattern: string): Query => ({
  op: 'field',
  field,
  test: { is: 'pattern', pattern },
});
const within = (field: Field['field'], bounds: object): Query => ({
  op: 'field',
  field,
  test: { is: 'range', ...bounds },
});

const cases = (table: readonly (readonly [string, Query])[]): void => {
  test.each(table)('%s', (text, query) => {
    expect(parseQuery(text, now)).toEqual({ ok: true, query });
  });
};

describe('words, phrases, exclusions and alternatives', () => {
  cases([
    ['Brute force', and(word('brute'), word('force'))],
    ['"brute force" ssh', and(word('brute', 'force'), word('ssh'))],
    ['ssh -10.0.0.5', and(word('ssh'), not(word('10.0.0.5')))],
    ['ssh -"test lab"', and(word('ssh'), not(word('test', 'lab')))],
    ['ssh OR rdp smb', or(word('ssh'), and(word('rdp'), word('smb')))],
    ['or ssh or or', word('ssh')],
    ['"or" -or', and(word('or'), not(word('or')))],
    ['https://evil.example/a?b=1', word('https://evil.example/a?b=1')],
    ['"never closed', word('never', 'closed')],
    ["it's & | ! ( ) :* <->", word("it's")],
    ['one ??? --two', and(word('one'), not(word('two')))],
    ['*', all],
  ]);
});

describe('operators and parentheses', () => {
  cases([
    ['ssh and not (rdp or smb)', and(word('ssh'), not(or(word('rdp'), word('smb'))))],
    ['a or b and c', or(word('a'), and(word('b'), word('c')))],
    ['(a or b) c', and(or(word('a'), word('b')), word('c'))],
    ['-(a b)', not(and(word('a'), word('b')))],
    ['NOT a AND not b', and(not(word('a')), not(word('b')))],
    ['New-Object(Net.WebClient) (x)', and(word('new-object(net.webclient'), word('x'))],
    ['power*', begins('power')],
  ]);
});

describe('fields', () => {
  cases([
    ['host:WEB-01', is('host', 'web-01')],
    ['hostname:web-01', is('host', 'web-01')],
    ['Severity:high', is('severity', 'high')],
    [
      String.raw`user:CORP\svc-backup -status:closed`,
      and(is('user', String.raw`corp\svc-backup`), not(is('status', 'closed'))),
    ],
    ['process:"curl -k *"', is('process', 'curl -k *')],
    ['host:web-*-0?', like('host', 'web-*-0?')],
    ['assignee:*', { op: 'field', field: 'assignee', test: { is: 'exists' } }],
    ['(host:a or host:b)', or(is('host', 'a'), is('host', 'b'))],
    ['url:http://a.example/(x)', is('url', 'http://a.example/(x)')],
    ['title:Brute', { op: 'words', words: ['brute'], prefix: false, in: 'title' }],
    ['title:"brute force"', { op: 'words', words: ['brute', 'force'], prefix: false, in: 'title' }],
    ['title:brut*', { op: 'words', words: ['brut'], prefix: true, in: 'title' }],
    ['ip:10.1.0.0/16', like('ip', '10.1.*')],
    ['ip:10.1.2.0/24', like('ip', '10.1.2.*')],
    ['ip:2001:db8::7', is('ip', '2001:db8::7')],
  ]);
});

describe('ranges', () => {
  const day = (start: string, end: string) => ({
    gte: `2026-03-${start}T00:00:00.000Z`,
    lt: `2026-03-${end}T00:00:00.000Z`,
  });
  cases([
    ['score:>80', within('score', { gt: 80 })],
    ['score:[50 TO 80}', within('score', { gte: 50, lt: 80 })],
    ['score:[* to 80]', within('score', { lte: 80 })],
    ['score:80', within('score', { gte: 80, lte: 80 })],
    ['severity:>=high', or(is('severity', 'high'), is('severity', 'critical'))],
    ['severity:{low TO critical}', or(is('severity', 'medium'), is('severity', 'high'))],
    ['severity:<low', is('severity', 'informational')],
    ['occurredAt:2026-03-01', within('occurredAt', day('01', '02'))],
    [
      'occurredAt:9999-12-31',
      within('occurredAt', { gte: '9999-12-31T00:00:00.000Z', lt: '9999-12-31T23:59:59.999Z' }),
    ],
    ['occurredAt:[2026-03-01 TO 2026-03-03]', within('occurredAt', day('01', '04'))],
    ['occurredAt:{2026-03-01 TO 2026-03-03}', within('occurredAt', day('02', '03'))],
    ['time:>now-24h', within('occurredAt', { gte: '2026-03-09T12:00:00.001Z' })],
    ['time:>=2026-03-01T10:00:00+02:00', within('occurredAt', { gte: '2026-03-01T08:00:00.000Z' })],
  ]);
});

describe('what only looks like a field is found as text', () => {
  cases([
    [String.raw`C:\Windows\cmd.exe`, word(String.raw`c:\windows\cmd.exe`)],
    ['fe80::1', word('fe80::1')],
    ['00:1b:44:11:3a:b7', word('00:1b:44:11:3a:b7')],
    ['10.20.30.40:8443', word('10.20.30.40:8443')],
    ['"error:12"', word('error:12')],
  ]);
});

test.each([
  ['ssh (rdp', 5, '"(" is never closed'],
  ['ssh rdp)', 8, '")" closes nothing'],
  ['ssh not', 5, '"not" is followed by nothing'],
  ['(not) ssh', 2, '"not" is followed by nothing'],
  ['ssh hots:web', 5, 'there is no field "hots"'],
  ['host:', 6, 'a value is missing'],
  ['x host: web', 8, 'a value is missing'],
  ['host:""', 6, 'a value is missing'],
  ['score:[1 2]', 7, 'a range is written [a TO b]'],
  ['score:>many', 1, 'not a number'],
  ['time:>2026-02-31', 1, 'a time is written'],
  ['time:>yesterday', 1, 'a time is written'],
  ['host:a time:>0000-12-31', 8, 'a time is written'],
  ['time:<9999-12-31T23:00:00-05:00', 1, 'a time is written'],
  ['severity:urgent', 1, 'severity is one of informational, low, medium, high, critical'],
  ['severity:>critical', 1, 'no severity is within this range'],
  ['status:>new', 1, 'status has no order to compare by'],
  ['host:>a', 1, 'host has no order to compare by'],
  ['ip:10.0.0.0/9', 1, 'networks are written'],
  ['a host:*web', 3, 'a wildcard cannot be at the start'],
  ['host:?web', 1, 'a wildcard cannot be at the start'],
  ['*shell', 1, 'a wildcard cannot be at the start'],
  ['host:w*', 1, 'a wildcard needs 2 characters before it'],
  ['p*', 1, 'a wildcard needs 2 characters before it'],
  ['po*er', 1, 'outside a field a wildcard stands at the end of a word only'],
  [`host:ab${'*a'.repeat(6)}`, 1, 'a value has at most 5 wildcards'],
  [`host:ab${'?'.repeat(6)}`, 1, 'a value has at most 5 wildcards'],
  [`host:${'a'.repeat(300)}*`, 1, 'a pattern has fewer than 256 characters'],
  [`${'('.repeat(9)}x${')'.repeat(9)}`, 9, 'is nested more than 8 deep'],
  [`${'not '.repeat(9)}x`, 33, 'is nested more than 8 deep'],
  ['-- "" ???', 1, 'has no letter or digit to search for'],
])('%s is refused at character %i: %s', (text, at, message) => {
  const parsed = parseQuery(text, now);
  if (parsed.ok) throw new Error('was read');
  expect([parsed.fault.at, parsed.fault.message]).toEqual([at, expect.stringContaining(message)]);
});

test('a query may have 32 words and fields, in phrases or not, and be 8 deep', () => {
  const words = Array.from({ length: 30 }, (_, index) => `w${index}`).join(' ');
  expect(parseQuery(`${words} one host:x`, now).ok).toBe(true);
  expect(parseQuery(`${words} "one two" host:x`, now)).toMatchObject({ fault: { message: 'has more than 32 words' } });
  expect(parseQuery(`${'('.repeat(8)}x${')'.repeat(8)}`, now).ok).toBe(true);
});

test('a text of the longest length is read in time that grows with it, whatever it holds', () => {
  const pieces = [
    '(',
    ')',
    '"',
    '-',
    '*',
    '?',
    ':',
    'host:',
    'score:[',
    ' TO ',
    'not ',
    '[',
    '{',
    'a',
    ' ',
    '\\',
    '漢',
    '\u{1f600}',
  ];
  for (const piece of pieces) expect(parseQuery(piece.repeat(2_000), now)).toBeDefined();
  // Texts made of all pieces, in every rotation: none is read as a fault of the program.
  pieces.forEach((_, turn) => {
    const turned = [...pieces.slice(turn), ...pieces.slice(0, turn)].join('');
    expect(parseQuery(turned.repeat(30), now)).toHaveProperty('ok');
  });
});
