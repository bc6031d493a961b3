import { expect, test } from 'vitest';
import { createEventSplitter } from './event-splitter.ts';

const LIMITS = { partBytes: 64, eventBytes: 40 };

/** What is made of a body that comes in pieces of some bytes. */
function split(body: string, pieceBytes: number, limits = LIMITS): readonly string[] {
  const splitter = createEventSplitter(limits);
  const bytes = Buffer.from(body);
  const parts = [];
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    parts.push(...splitter.push(bytes.subarray(start, start + pieceBytes)));
  }
  return [...parts, ...splitter.end()].flatMap((part) =>
    part.kind === 'oversized'
      ? ['(oversized)']
      : Buffer.from(part.bytes)
          .toString()
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
  );
}

const events = ['{"a":1}', '{"b":"x,]\\"}[{"}', '{"c":[1,[2,{"d":3}]]}', '{"ü":"€😀"}'];

test.each([1, 2, 3, 7, 1_000])('lines and arrays are the same events, in pieces of %i bytes', (pieceBytes) => {
  expect(split(events.join('\n'), pieceBytes)).toEqual(events);
  expect(split(`\ufeff\n${events.join('\r\n')}\n\n`, pieceBytes)).toEqual(events);
  expect(split(` [${events.join(' ,\n')}] `, pieceBytes)).toEqual(events);
});

test.each([1, 5, 1_000])(
  'an event over the limit is told in its place and costs no other, in pieces of %i',
  (pieceBytes) => {
    const long = `{"a":"${'x'.repeat(100)}"}`;
    expect(split(['{"a":1}', long, '{"b":2}'].join('\n'), pieceBytes)).toEqual(['{"a":1}', '(oversized)', '{"b":2}']);
    expect(split(`[{"a":1},${long},{"b":2}]`, pieceBytes)).toEqual(['{"a":1}', '(oversized)', '{"b":2}']);
  },
);

test('what follows the end of an array is told, not swallowed', () => {
  expect(split('[{"a":1}] {"b":2}', 1_000)).toEqual(['{"a":1}', '{"b":2}']);
  expect(split('[{"a":1}', 1_000)).toEqual(['{"a":1}']);
  expect(split('[]', 1_000)).toEqual([]);
});

test('parts stay near their size, and no event is cut in two', () => {
  const splitter = createEventSplitter({ partBytes: 1_000, eventBytes: 100 });
  const body = Buffer.from(Array.from({ length: 5_000 }, (_, index) => JSON.stringify({ index })).join('\n'));
  const parts = [...splitter.push(body), ...splitter.end()];
  const sizes = parts.map((part) => (part.kind === 'lines' ? part.bytes.length : 0));
  expect(Math.max(...sizes)).toBeLessThan(1_100);
  const read = parts.flatMap((part) =>
    part.kind === 'lines' ? Buffer.from(part.bytes).toString().trim().split('\n') : [],
  );
  expect(read.map((line) => (JSON.parse(line) as { readonly index: number }).index)).toEqual(
    Array.from({ length: 5_000 }, (_, index) => index),
  );
});
