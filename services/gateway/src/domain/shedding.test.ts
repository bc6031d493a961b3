import { expect, test } from 'vitest';
import { TRAFFIC } from './rate-rules.ts';
import { isShed, pressureOf } from './shedding.ts';

const limits = { eventLoopDelayMs: 100, inFlight: 1_000 };

test('the worse of delay and requests under way is what counts', () => {
  expect(pressureOf({ eventLoopDelayMs: 50, inFlight: 100 }, limits)).toBe(0.5);
  expect(pressureOf({ eventLoopDelayMs: 50, inFlight: 2_000 }, limits)).toBe(2);
});

test('what is dear is shed first, then what is general, then logins, and alerts last', () => {
  const shedAt = (pressure: number) => TRAFFIC.filter((traffic) => isShed(traffic, pressure)).toSorted();
  expect([0.9, 1, 1.5, 2, 3].map(shedAt)).toEqual([
    [],
    ['search'],
    ['general', 'search'],
    ['general', 'login', 'search'],
    ['general', 'ingest', 'login', 'search'],
  ]);
});
