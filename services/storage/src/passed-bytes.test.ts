import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { bytesPassed, tellingBytes } from './passed-bytes.ts';

const MIB = 1024 ** 2;
const PIECE_BYTES = MIB / 16;

test('pieces of a content that have passed do not pile up', () => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let piece = 0; piece < 4_000; piece++) {
    bytesPassed(Buffer.allocUnsafeSlow(PIECE_BYTES).length);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  // Left to itself the engine looks at 64.
  expect(most / MIB).toBeLessThan(40);
});

test('a content that is told of is the same, and ends as it ends', async () => {
  const pieces = Array.from({ length: 50 }, (_, index) => Buffer.alloc(PIECE_BYTES, index));
  const same = await tellingBytes(Readable.from(pieces)).toArray();
  expect(Buffer.concat(same as Buffer[]).equals(Buffer.concat(pieces))).toBe(true);

  const breaking = new Readable({ read: () => undefined });
  const told = tellingBytes(breaking);
  breaking.destroy(new Error('the store went away'));
  await expect(told.toArray()).rejects.toThrow('the store went away');

  const left = new Readable({ read: () => undefined });
  tellingBytes(left).destroy();
  await expect.poll(() => left.destroyed).toBe(true);
});
