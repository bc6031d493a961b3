import { describe, expect, it } from 'vitest';
import { cappedText, cappedTextOrNull, cappedTexts } from './text.ts';

describe('cappedText', () => {
  it('keeps a short text to the letter, blanks at its ends too', () => {
    expect(cappedText(' ab\n ', 10)).toBe(' ab\n ');
  });

  it('is never longer than the limit, and says that it was cut', () => {
    expect(cappedText('a'.repeat(11), 10)).toBe(`${'a'.repeat(9)}…`);
  });

  it('does not cut a pair of surrogates in two', () => {
    expect(cappedText('aaaaaaaa😀😀', 10)).toBe('aaaaaaaa…');
  });

  it('holds nothing that PostgreSQL refuses', () => {
    expect(cappedText('a\u0000b\uD800c', 10)).toBe('ab\uFFFDc');
  });
});

describe('lists and absences', () => {
  it('what is blank is absent', () => {
    expect(cappedTextOrNull(' \u0000\u0000 ', 10)).toBeNull();
    expect(cappedTextOrNull(null, 10)).toBeNull();
  });

  it('a list is unique, trimmed and bounded', () => {
    expect(cappedTexts(['a ', ' a', '', 'b', 'c'], { items: 2, characters: 10 })).toEqual(['a', 'b']);
  });
});
