import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from './any-text.fixture.ts';
import { parseCef } from './cef.ts';

const read = (text: string) => {
  const parsed = parseCef(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const extensionOf = (extension: string) => Object.fromEntries(read(`CEF:0|V|P|1|100|N|5|${extension}`).extension);

const inHeader = (text: string): string => text.replaceAll(/[\\|]/g, String.raw`\$&`);
const inExtension = (text: string): string =>
  text
    .replaceAll(/[\\=]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`);

describe('parseCef', () => {
  it('reads the example of the standard', () => {
    const text =
      'CEF:0|Security|threatmanager|1.0|100|worm successfully stopped|10|src=10.0.0.1 dst=2.1.2.2 spt=1232 msg=a b  c';
    expect(read(text)).toEqual({
      version: '0',
      deviceVendor: 'Security',
      deviceProduct: 'threatmanager',
      deviceVersion: '1.0',
      signatureId: '100',
      name: 'worm successfully stopped',
      severity: '10',
      extension: new Map([
        ['src', '10.0.0.1'],
        ['dst', '2.1.2.2'],
        ['spt', '1232'],
        ['msg', 'a b  c'],
      ]),
    });
  });

  it('unescapes pipes and backslashes in the header, equals signs, backslashes and line ends in the extension', () => {
    const text = String.raw`CEF:0|sec\|urity|threat\\manager|1.0|100|detected a \= in it|10|act=blocked a \= msg=one\ntwo\\three`;
    expect(read(text)).toMatchObject({
      deviceVendor: 'sec|urity',
      deviceProduct: String.raw`threat\manager`,
      name: String.raw`detected a \= in it`,
    });
    expect(Object.fromEntries(read(text).extension)).toEqual({ act: 'blocked a =', msg: 'one\ntwo\\three' });
  });

  it.each([
    ['request=http://a.example/?id=5&x=1 act=go', { request: 'http://a.example/?id=5&x=1', act: 'go' }],
    [String.raw`filePath=C:\Windows\ spt=1`, { filePath: String.raw`C:\Windows${'\\'}`, spt: '1' }],
    ['cs1= cs1Label=Rule', { cs1: '', cs1Label: 'Rule' }],
    ['ad.field[0]=x src=1.1.1.1', { 'ad.field[0]': 'x', src: '1.1.1.1' }],
    ['src=1.1.1.1 msg=hi src=6.6.6.6', { src: '1.1.1.1', msg: 'hi' }],
    [
      '__proto__=x constructor=y',
      Object.fromEntries([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    ],
    ['', {}],
  ])('extension %s', (extension, expected) => {
    expect(extensionOf(extension)).toEqual(expected);
  });

  it('takes a header without its last pipe', () => {
    expect(read('CEF:1|V|P|1|100|N|Very-High')).toMatchObject({ version: '1', severity: 'Very-High' });
  });

  it.each(['', 'CEF:', 'CEF:0|a|b', 'cef:0|a|b|c|d|e|1|', 'CEF:0|a|b|c|d|e|1|no key here'])('refuses %j', (text) => {
    expect(parseCef(text)).toMatchObject({ ok: false, reason: expect.stringMatching(/CEF/) });
  });

  it('any header and any values come back as they were escaped', () => {
    const text = anyText(30);
    const header = fc.array(text, { minLength: 5, maxLength: 5 });
    const key = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_.]{0,10}$/);
    fc.assert(
      fc.property(header, fc.uniqueArray(fc.tuple(key, text), { selector: ([name]) => name }), (fields, pairs) => {
        const extension = pairs.map(([name, value]) => `${name}=${inExtension(value)}`).join(' ');
        const event = read(`CEF:0|${[...fields.map(inHeader), '7'].join('|')}|${extension}`);
        expect([event.deviceVendor, event.deviceProduct, event.deviceVersion, event.signatureId, event.name]).toEqual(
          fields,
        );
        expect([...event.extension]).toEqual(pairs);
      }),
      { numRuns: 300 },
    );
  });

  it('any text is read or refused, never a fault', () => {
    const parts = fc.constantFrom('CEF:0|', '|', '\\', '=', ' ', 'a', 'src=', '\n', '\\n', '\0', '😀');
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, anyText(8)), { maxLength: 40 }), (texts) => {
        expect(typeof parseCef(`CEF:0|${texts.join('')}`).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
