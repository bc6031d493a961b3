import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textsOfObjects } from './objects-in-text.ts';

const parse = (text: string) => JSON.parse(text) as Record<string, Record<string, unknown>>;

describe('textsOfObjects', () => {
  it('keeps numbers, blanks, escapes and duplicate keys as they were written', () => {
    const inner = String.raw`{ "n": 1.0, "big": 12345678901234567890, "t":"\u00e9\"}]", "n":2 }`;
    const text = `{"list" : [ ${inner} , [1.50]], "__proto__": {"a":1e1}}`;
    const root = parse(text);
    const texts = textsOfObjects(text, root);
    const list = root['list'] as unknown as readonly unknown[];
    expect(texts.get(list[0])).toBe(inner);
    expect(texts.get(list[1])).toBe('[1.50]');
    expect(texts.get(root['__proto__'])).toBe('{"a":1e1}');
    expect(texts.get(root)).toBe(text);
  });

  it('of a key that comes twice it is the text of the value that counts', () => {
    const text = '{"a":{"b":{"c":1}},"a":{"b":{"c":2}}}';
    const root = parse(text);
    expect(textsOfObjects(text, root).get(root['a']?.['b'])).toBe('{"c":2}');
  });

  it('the text of any part parses to that part', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const root: unknown = JSON.parse(text);
        for (const [part, written] of textsOfObjects(text, root)) expect(JSON.parse(written)).toEqual(part);
      }),
      { numRuns: 200 },
    );
  });
});
