import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { readGroups } from './group-state.ts';
import { trimStream } from './trimmer.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.disconnect());

const HOUR_MS = 60 * 60 * 1000;
const NOW_MS = 10 * HOUR_MS;
const NEVER_TOO_LARGE = 1024 ** 3;

/** A stream with an entry for each of the last 900 steps of 40 s. Entries over 4 kB have a node of their own, and go one by one. */
async function fill(stream: string): Promise<void> {
  const frame = 'x'.repeat(5_000);
  const pipeline = redis.pipeline();
  for (let index = 1; index <= 900; index += 1) pipeline.xadd(stream, `${index * 40_000}-0`, 'frame', frame);
  await pipeline.exec();
}

const trim = async (stream: string, bounds: { keepMs?: number; maxBytes?: number } = {}): Promise<number> => {
  const groups = await readGroups(redis, stream);
  const all = { keepMs: HOUR_MS, maxBytes: NEVER_TOO_LARGE, nowMs: NOW_MS, ...bounds };
  return trimStream(redis, stream, groups, all);
};

const oldest = async (stream: string): Promise<number> => {
  const [first] = await redis.xrange(stream, '-', '+', 'COUNT', 1);
  return Number(first?.[0].split('-')[0]);
};

test('what every group has acknowledged and is older than it is kept goes; the rest stays', async () => {
  const stream = 'trim-acknowledged';
  await fill(stream);
  await redis.xgroup('CREATE', stream, 'a', '$');
  await trim(stream);
  expect(await oldest(stream)).toBe(NOW_MS - HOUR_MS);
  await trim(stream, { keepMs: 100 * HOUR_MS });
  expect(await oldest(stream)).toBe(NOW_MS - HOUR_MS);
});

test('a stream that is too large loses the oldest that every group has acknowledged, before its time', async () => {
  const stream = 'trim-large';
  await fill(stream);
  await redis.xgroup('CREATE', stream, 'a', '$');
  const bytes = await trim(stream, { keepMs: 100 * HOUR_MS, maxBytes: 1_000_000 });
  expect(bytes).toBeLessThan(1_200_000);
  expect(await redis.xlen(stream)).toBeGreaterThan(100);
});

test('what one group has not read, or read but not acknowledged, is never trimmed, neither by age nor by size', async () => {
  const unread = 'trim-unread';
  await fill(unread);
  await redis.xgroup('CREATE', unread, 'fast', '$');
  await redis.xgroup('CREATE', unread, 'slow', '0');
  await trim(unread, { maxBytes: 1 });
  expect(await redis.xlen(unread)).toBe(900);

  await redis.xreadgroup('GROUP', 'slow', 'c', 'COUNT', 1_000, 'STREAMS', unread, '>');
  await trim(unread, { maxBytes: 1 });
  expect(await redis.xlen(unread)).toBe(900);

  const held = await redis.xpending(unread, 'slow', '-', '+', 1_000);
  const ids = (held as [string][]).map(([id]) => id);
  await redis.xack(unread, 'slow', ...ids.slice(0, 500));
  await trim(unread, { maxBytes: 1 });
  expect(await redis.xlen(unread)).toBe(400);
});

test('a stream nobody has subscribed to yet is left alone', async () => {
  await fill('trim-alone');
  await trim('trim-alone', { maxBytes: 1 });
  expect(await redis.xlen('trim-alone')).toBe(900);
  expect(await trim('trim-missing')).toBe(0);
});
