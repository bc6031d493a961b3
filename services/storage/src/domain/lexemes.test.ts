import { expect, test } from 'vitest';
import { lexeme, lexemesOfWord, wordsOf } from './lexemes.ts';

test.each([
  ['evil.Example.COM.', 'evil.example.com'],
  ['"10.0.0.5",', '10.0.0.5'],
  ['(CVE-2021-44228)', 'cve-2021-44228'],
  ['Привет!', 'привет'],
  ['???', ''],
])('%s is indexed as %s', (word, expected) => {
  expect(lexeme(word)).toBe(expected);
});

test('an endless word is cut, so that PostgreSQL takes it', () => {
  expect(Buffer.byteLength(lexeme('漢'.repeat(5_000)))).toBeLessThan(2_046);
});

test('an address is found whatever stands around it', () => {
  expect(lexemesOfWord('src=http://evil.example.com:8080/a?b=c')).toEqual(
    expect.arrayContaining(['http://evil.example.com:8080/a?b', 'evil.example.com', '8080', 'evil']),
  );
  expect(lexemesOfWord(String.raw`image="C:\Windows\cmd.exe"`)).toEqual(
    expect.arrayContaining([String.raw`c:\windows\cmd.exe`, 'cmd.exe', 'cmd']),
  );
});

test('control characters separate words like spaces', () => {
  expect(wordsOf('one\ttwo\u0001three \n four')).toEqual(['one', 'two', 'three', 'four']);
});
