import { describe, expect, it } from 'vitest';
import { documentsOf } from './documents.ts';

describe('documentsOf', () => {
  it.each([
    ['an object', { a: 1 }],
    ['an array', [{ a: 1 }]],
    ['JSON as text', '{"a":1}'],
    ['an array as text', ' [{"a":1}] '],
    ['NDJSON with blank lines and carriage returns', '{"a":1}\r\n\r\n'],
  ])('%s', (_, payload) => {
    expect(documentsOf(payload)).toEqual({ ok: true, documents: [{ a: 1 }] });
  });

  it.each([
    ['', 'payload: empty'],
    [' \n ', 'payload: empty'],
    [[], 'payload: an empty list'],
    ['{"a":1}\n{"a":', 'payload: line 2 is not JSON'],
    [Array.from({ length: 10_001 }, () => 1), 'payload: more than 10000 documents'],
  ])('refuses what holds none', (payload, refusal) => {
    expect(documentsOf(payload)).toEqual({ ok: false, refusal });
  });
});
