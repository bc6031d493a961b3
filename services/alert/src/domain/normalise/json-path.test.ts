import { describe, expect, it } from 'vitest';
import { objectAt, textAt, textsAt, valuesAt } from './json-path.ts';

describe('valuesAt', () => {
  it.each([
    ['nested', { a: { b: { c: 1 } } }],
    ['flat', { 'a.b.c': 1 }],
    ['half flat', { 'a.b': { c: 1 } }],
    ['flat beside a nested namesake', { a: { x: 0 }, 'a.b': { c: 1 } }],
    ['in a list', { a: [{ b: { c: 1 } }] }],
  ])('a key that holds dots is found: %s', (_, document) => {
    expect(valuesAt(document, 'a.b.c')).toEqual([1]);
  });

  it('a step into a list reads every element, a number picks one', () => {
    const document = { a: [{ b: 1 }, { b: [2, 3] }, null, { b: null }] };
    expect(valuesAt(document, 'a.b')).toEqual([1, 2, 3]);
    expect(valuesAt(document, 'a.1.b')).toEqual([2, 3]);
    expect(valuesAt(document, 'a.9.b')).toEqual([]);
  });

  it('what an object inherits is not there', () => {
    for (const path of ['constructor', '__proto__', 'toString', 'a.length', 'a.__proto__.x']) {
      expect(valuesAt({ a: 'text' }, path)).toEqual([]);
    }
  });

  it('lists are opened to a bounded depth and number', () => {
    const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    expect(valuesAt({ a: deep }, 'a')).toEqual([]);
    expect(valuesAt({ a: Array.from({ length: 5_000 }, () => [1, 2]) }, 'a')).toHaveLength(1_000);
  });
});

describe('texts', () => {
  it('numbers and flags are text, blanks and objects are none', () => {
    expect(textsAt({ a: [0, false, '', '  ', null, {}, 'x'] }, ['a'])).toEqual(['0', 'false', 'x']);
    expect(textAt({ a: ' ', b: { c: 7 } }, 'a', 'x', 'b.c')).toBe('7');
    expect(textAt({}, 'a')).toBeNull();
  });

  it('objectAt gives the first object, else an empty one', () => {
    expect(objectAt({ a: 1, b: { c: 2 } }, 'a', 'b')).toEqual({ c: 2 });
    expect(objectAt({}, 'a')).toEqual({});
  });
});
