import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText, encodeText, toLine } from './line-protocol.ts';

const point = { tenantId: 'default', name: 'm', at: '2026-03-01T10:00:00.123Z', value: 1.5, labels: {} };

test('a point is a line, whose nanoseconds tell points of one millisecond apart', () => {
  const labels = { source: 'a b,c', '': '' };
  expect(toLine({ ...point, name: 'a b=c', labels }, 7)).toBe(
    String.raw`a\ b%3Dc,tenant=default,label.source=a\ b\,c,label.%=% value=1.5 1772359200123000007`,
  );
  expect(toLine(point, 2_000_007)).toBe(toLine(point, 7));
});

test('any text is found again, and none can end a line or a literal of Flux', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from(`a%\\"$#= ,{}'\n\r\t\0é漢🦊2F`)) }), (text) => {
      const encoded = encodeText(text);
      expect(decodeText(encoded)).toBe(text);
      expect(encoded).not.toMatch(/["\\$=#\n\r]|^$/);
    }),
  );
});
