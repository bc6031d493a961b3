import { expect, test } from 'vitest';
import { createLagClock } from './lag.ts';

test('a replica is as far behind as it is long ago that the primary went beyond it', () => {
  const clock = createLagClock();
  clock.sample(100n, 1_000);
  clock.sample(300n, 2_000);
  clock.sample(600n, 3_000);
  expect(clock.behind(600n, 9_000)).toEqual({ bytes: 0, seconds: 0 });
  expect(clock.behind(700n, 9_000)).toEqual({ bytes: 0, seconds: 0 });
  expect(clock.behind(300n, 5_000)).toEqual({ bytes: 300, seconds: 2 });
  expect(clock.behind(200n, 5_000)).toEqual({ bytes: 400, seconds: 3 });
  expect(clock.behind(0n, 5_000)).toEqual({ bytes: 600, seconds: 4 });
});

test('while the primary writes nothing, nobody falls behind, however long that is', () => {
  const clock = createLagClock();
  expect(clock.behind(0n, 50)).toEqual({ bytes: 0, seconds: 0 });
  for (let nowMs = 0; nowMs < 100_000; nowMs += 1_000) clock.sample(100n, nowMs);
  expect(clock.behind(100n, 200_000)).toEqual({ bytes: 0, seconds: 0 });
});

test('after a promotion that begins further back, lag counts from there', () => {
  const clock = createLagClock();
  clock.sample(500n, 1_000);
  clock.sample(400n, 2_000);
  expect(clock.behind(400n, 3_000)).toEqual({ bytes: 0, seconds: 0 });
  expect(clock.behind(350n, 3_000)).toEqual({ bytes: 50, seconds: 1 });
});
