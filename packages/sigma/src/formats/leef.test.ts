import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from './any-text.fixture.ts';
import { parseLeef } from './leef.ts';

const read = (text: string) => {
  const parsed = parseLeef(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const attributesOf = (text: string) => Object.fromEntries(read(text).attributes);

describe('parseLeef', () => {
  it('reads version 1.0, tabs between attributes', () => {
    expect(read('LEEF:1.0|Microsoft|MSExchange|2013 SP1|15345|src=10.50.1.1\tdst=2.10.20.20\tmsg=a b = c')).toEqual({
      version: '1.0',
      vendor: 'Microsoft',
      product: 'MSExchange',
      productVersion: '2013 SP1',
      eventId: '15345',
      attributes: new Map([
        ['src', '10.50.1.1'],
        ['dst', '2.10.20.20'],
        ['msg', 'a b = c'],
      ]),
    });
  });

  it.each(['^', 'x5E', '0x5e', '0x005E'])('reads version 2.0 with the delimiter %s', (delimiter) => {
    const text = `LEEF:2.0|Lancope|StealthWatch|1.0|41|${delimiter}|src=10.0.1.8^dst=10.0.0.5^sev=5`;
    expect(attributesOf(text)).toEqual({ src: '10.0.1.8', dst: '10.0.0.5', sev: '5' });
  });

  it('a version 2.0 without its delimiter, or with an empty one, means the tab', () => {
    expect(attributesOf('LEEF:2.0|V|P|1|41|src=1\tdst=2')).toEqual({ src: '1', dst: '2' });
    expect(attributesOf('LEEF:2.0|V|P|1|41||src=1\tdst=2')).toEqual({ src: '1', dst: '2' });
    expect(attributesOf('LEEF:2.0|V|P|1|41|\t|src=1\tdst=2')).toEqual({ src: '1', dst: '2' });
  });

  it('unescapes the header; attributes are to the letter, a stray delimiter stays in its value', () => {
    const text = `${String.raw`LEEF:1.0|a\|b|c\\d|1|e|path=C:\new\temp\ `}\tmsg=x\ty\tsev=1\t`;
    expect(read(text)).toMatchObject({ vendor: 'a|b', product: String.raw`c\d` });
    expect(attributesOf(text)).toEqual({ path: String.raw`C:\new\temp\ `, msg: 'x\ty', sev: '1' });
  });

  it.each(['', 'LEEF:3.0|a|b|c|d|', 'LEEF:1.0|a|b', 'LEEF:1.0|a|b|c|d|no key', 'leef:1.0|a|b|c|d|'])(
    'refuses %j',
    (text) => {
      expect(parseLeef(text)).toMatchObject({ ok: false, reason: expect.stringMatching(/LEEF/) });
    },
  );

  it('any header and any values without the delimiter come back', () => {
    const text = anyText(30);
    const delimiter = fc.constantFrom('\t', '^', '~', 'µ', ';');
    const key = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,10}$/);
    const pairs = fc.uniqueArray(fc.tuple(key, text), { selector: ([name]) => name, minLength: 1 });
    fc.assert(
      fc.property(fc.tuple(text, text, text, text), delimiter, pairs, (header, between, given) => {
        // A line end ends the message and LEEF cannot escape it.
        const sent = given.map(([name, value]) => [name, value.replaceAll(/[\r\n]/g, '').replaceAll(between, '')]);
        const escaped = header.map((field) => field.replaceAll(/[\\|]/g, String.raw`\$&`));
        const body = sent.map(([name, value]) => `${name}=${value}`).join(between);
        const event = read(`LEEF:2.0|${escaped.join('|')}|${between}|${body}`);
        expect([event.vendor, event.product, event.productVersion, event.eventId]).toEqual(header);
        expect([...event.attributes]).toEqual(sent);
      }),
      { numRuns: 300 },
    );
  });

  it('any text is read or refused, never a fault', () => {
    const parts = fc.constantFrom('|', '\\', '=', '\t', 'a', 'xFFFF|', '0x00|', '\0', '😀');
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, anyText(8)), { maxLength: 40 }), (texts) => {
        expect(typeof parseLeef(`LEEF:2.0|${texts.join('')}`).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
