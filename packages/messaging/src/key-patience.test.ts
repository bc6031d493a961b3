import { expect, test } from 'vitest';
import { createKeyPatience } from './key-patience.ts';

test('a key is waited for 30 s, and at most once in ten minutes, whatever comes under unknown keys', () => {
  let nowMs = 5_000;
  const patience = createKeyPatience(() => nowMs);
  const at = (ms: number): boolean => {
    nowMs = 5_000 + ms;
    return patience.isLeft();
  };
  expect([0, 29_999, 30_000, 599_999, 600_000, 629_999, 630_000].map(at)).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
});
