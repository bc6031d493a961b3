import { expect, test, vi } from 'vitest';
import { createWorkLimiter } from './work-limiter.ts';

test('never more than the allowed number run at once, and all that may wait get their turn', async () => {
  const limiter = createWorkLimiter({ concurrency: 2, maxWaiting: 10, maxWaitMs: 60_000 });
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
  };
  const turns = await Promise.all(Array.from({ length: 12 }, () => limiter.run(work)));
  expect(turns.every(({ ok }) => ok)).toBe(true);
  expect(most).toBe(2);
});

test('what finds the queue full is refused at once', async () => {
  const limiter = createWorkLimiter({ concurrency: 1, maxWaiting: 1, maxWaitMs: 60_000 });
  const gate = Promise.withResolvers<string>();
  const first = limiter.run(() => gate.promise);
  const second = limiter.run(() => Promise.resolve('second'));
  expect(await limiter.run(() => Promise.resolve('third'))).toEqual({ ok: false, refusal: 'busy' });
  gate.resolve('first');
  expect(await Promise.all([first, second])).toEqual([
    { ok: true, value: 'first' },
    { ok: true, value: 'second' },
  ]);
});

test('work that throws gives its place back', async () => {
  const limiter = createWorkLimiter({ concurrency: 1, maxWaiting: 0, maxWaitMs: 60_000 });
  await expect(limiter.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await limiter.run(() => Promise.resolve(1))).toEqual({ ok: true, value: 1 });
});

test('what has waited too long is refused and never run, and its place in the line is free', async () => {
  vi.useFakeTimers();
  try {
    const limiter = createWorkLimiter({ concurrency: 1, maxWaiting: 1, maxWaitMs: 1_000 });
    const gate = Promise.withResolvers<string>();
    const first = limiter.run(() => gate.promise);
    const late = vi.fn(() => Promise.resolve('late'));
    const refused = limiter.run(late);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await refused).toEqual({ ok: false, refusal: 'busy' });
    const next = limiter.run(() => Promise.resolve('next'));
    gate.resolve('first');
    expect(await Promise.all([first, next])).toEqual([
      { ok: true, value: 'first' },
      { ok: true, value: 'next' },
    ]);
    expect(late).not.toHaveBeenCalled();
    expect(await limiter.run(() => Promise.resolve('again'))).toEqual({ ok: true, value: 'again' });
  } finally {
    vi.useRealTimers();
  }
});
