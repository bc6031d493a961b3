import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { createReplayWait } from './replay-wait.ts';

test('a replica that hangs keeps nobody longer than was asked for', { timeout: 5_000 }, async () => {
  const hasReplayed = createReplayWait(() => new Promise(() => undefined));
  expect(await Promise.all([hasReplayed(1n, 50), hasReplayed(2n, 100)])).toEqual([false, false]);
});

test('whoever waits is answered once the replica is that far, and not before', async () => {
  let replayed = 0n;
  const hasReplayed = createReplayWait(() => Promise.resolve((replayed += 1n)));
  expect(await Promise.all([hasReplayed(3n, 5_000), hasReplayed(1n, 5_000)])).toEqual([true, true]);
  expect(replayed).toBeGreaterThanOrEqual(3n);
  const startedAtMs = performance.now();
  expect(await hasReplayed(1_000_000n, 40)).toBe(false);
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
});
