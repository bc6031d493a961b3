import { expect, test } from 'vitest';
import { restartDelayMs } from './backoff.ts';

test('each death in a row doubles the wait, up to half a minute', () => {
  expect([1, 2, 3, 4, 8, 9, 100].map(restartDelayMs)).toEqual([200, 400, 800, 1_600, 25_600, 30_000, 30_000]);
});
