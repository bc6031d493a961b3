import { expect, test } from 'vitest';
import { createPartBuffers, NoBufferError } from './part-buffers.ts';

test('who waits too long for a buffer is told so, and gets none later', async () => {
  const buffers = createPartBuffers(1, 1, 20);
  const lent = await buffers.take();
  await expect(buffers.take()).rejects.toThrow(NoBufferError);
  buffers.give(lent);
  expect(await buffers.take()).toBe(lent);
});
