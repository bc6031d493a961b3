import { expect, it } from 'vitest';
import { createLogSourceIndex } from './log-source-index.ts';
import { eventWith } from './small-rules.fixture.ts';

/** Values that count how often they are looked up. */
class CountedValues extends Map<string, string> {
  looks = 0;

  override get(key: string): string | undefined {
    this.looks += 1;
    return super.get(key);
  }
}

it('an event names what applies to it whatever else it is, and what no rule names applies to none', () => {
  const values = new Map([
    ['\n\nprocess_creation', 'category'],
    ['windows\n\n', 'product'],
    ['linux\n\n', 'other product'],
    ['\n\n', 'any'],
  ]);
  const { of } = createLogSourceIndex(values);
  expect([...of(eventWith({}))].toSorted()).toEqual(['any', 'category', 'product']);
  expect([...of(eventWith({}, ['file_event']))].toSorted()).toEqual(['any', 'product']);
});

it('what an event calls its log source is remembered, but nothing long that it made up', () => {
  const values = new CountedValues([['windows\n\n', 'product']]);
  const { of } = createLogSourceIndex(values);
  const looksFor = (category: string): number => {
    const before = values.looks;
    expect(of(eventWith({}, [category]))).toEqual(['product']);
    return values.looks - before;
  };
  expect(looksFor('file_event')).toBeGreaterThan(0);
  expect(looksFor('file_event')).toBe(0);
  const long = 'x'.repeat(1_000);
  expect(looksFor(long)).toBeGreaterThan(0);
  expect(looksFor(long)).toBeGreaterThan(0);
});
