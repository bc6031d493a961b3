import { describe, expect, it, vi } from 'vitest';
import type { FieldValue } from '../event-view.ts';
import { createEngine } from './engine.ts';
import { detecting, eventWith } from './small-rules.fixture.ts';

const matches = (line: string, value: FieldValue | readonly FieldValue[]): boolean =>
  createEngine([detecting(line)]).match(eventWith({ f: value })).length > 0;

/** What JSON makes of a number. */
const parsed = (written: string): number => Number(written);

describe('a number that a double does not hold', () => {
  it.each(['9007199254740993', '36893488147419103232', '-9007199254740993'])(
    '%s matches the same number of JSON',
    (n) => {
      expect(matches(`f: ${n}`, parsed(n))).toBe(true);
      expect(matches(`f: [1, ${n}]`, parsed(n))).toBe(true);
      expect(matches(`f: ${n}`, ['x', parsed(n)])).toBe(true);
    },
  );

  it('matches its own digits as text, and not those of the nearest double', () => {
    expect(matches('f: 9007199254740993', '9007199254740993')).toBe(true);
    expect(matches('f: 9007199254740993', '9007199254740992')).toBe(false);
    expect(matches('f: 9007199254740992', '9007199254740992')).toBe(true);
    expect(matches('f: 9007199254740993', 9_007_199_254_740_000)).toBe(false);
  });
});

describe('thousands of alternatives', () => {
  const words = Array.from({ length: 3_000 }, (_, index) => `word${index}word`);
  const engine = createEngine([detecting('f|contains:', ...[...words, 'é', 'ßx'].map((word) => `- ${word}`))]);
  const isFound = (text: string): boolean => engine.match(eventWith({ f: text })).length > 0;

  it('are found at any place, short ones too', () => {
    expect(['WORD2999WORD', 'xxword0wordxx', 'a\u00C9a', 'a\u00DFX', words.join('')].every(isFound)).toBe(true);
    expect(['word3000word', 'word1', '', 'e', 'ss'].some(isFound)).toBe(false);
  });

  it('are no regular expression, which V8 would compile at the first event for seconds', () => {
    const tested = vi.spyOn(RegExp.prototype, 'test');
    isFound('word7word');
    const sizes = tested.mock.contexts.map((context) => (context instanceof RegExp ? context.source.length : 0));
    tested.mockRestore();
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThan(10_000);
  });
});
