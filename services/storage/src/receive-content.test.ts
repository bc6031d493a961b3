import { Readable } from 'node:stream';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { receiveChunks } from './receive-content.ts';

const limits = { maxBytes: 1_000, idleTimeoutMs: 60_000 };

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

test('a store that takes its time is not the silence of the source', async () => {
  const source = Readable.from([Buffer.from('a'), Buffer.from('b')]);
  const isWhole = await receiveChunks(source, limits, () => vi.advanceTimersByTimeAsync(120_000));
  expect(isWhole).toBe(true);
});

test('a source that creeps is ended where it has a pace to keep, however often it gives something', async () => {
  async function* creeping() {
    for (let at = 0; at < 20; at++) {
      await vi.advanceTimersByTimeAsync(50_000);
      yield Buffer.from('x');
    }
  }
  const write = () => Promise.resolve();
  expect(await receiveChunks(Readable.from(creeping()), limits, write)).toBe(true);
  const pace = { creditMs: 120_000, bytesPerS: 1_000 };
  await expect(receiveChunks(Readable.from(creeping()), { ...limits, pace }, write)).rejects.toThrow(
    'nothing came in time',
  );
});
