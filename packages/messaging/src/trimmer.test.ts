import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { trimStream } from './trimmer.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.disconnect());

const NOW_MS = 10 * 60 * 60 * 1000;
const hoursAgo = (hours: number): string => `${NOW_MS - hours * 3_600_000}-0`;

/** A stream with an entry for each of the last 300 × 9 hours' worth of steps: trimming is by whole nodes of 100 entries. */
async function fill(stream: string): Promise<void> {
  for (let index = 0; index < 900; index += 1) await redis.xadd(stream, `${index * 40_000 + 1}-0`, 'event', 'x');
}

test('what every group has acknowledged and is older than an hour goes; the rest stays', async () => {
  const stream = 'trim-acknowledged';
  await fill(stream);
  await redis.xgroup('CREATE', stream, 'a', '$');
  expect(await trimStream(redis, stream, NOW_MS)).toBeGreaterThan(700);
  const [oldest] = await redis.xrange(stream, '-', '+', 'COUNT', 1);
  expect(Number(oldest?.[0].split('-')[0])).toBeLessThanOrEqual(Number(hoursAgo(1).split('-')[0]));
});

test('what one group has not read, or read but not acknowledged, is never trimmed', async () => {
  const unread = 'trim-unread';
  await fill(unread);
  await redis.xgroup('CREATE', unread, 'fast', '$');
  await redis.xgroup('CREATE', unread, 'slow', '0');
  expect(await trimStream(redis, unread, NOW_MS)).toBe(0);

  await redis.xreadgroup('GROUP', 'slow', 'c', 'COUNT', 1_000, 'STREAMS', unread, '>');
  expect(await trimStream(redis, unread, NOW_MS)).toBe(0);
  expect(await redis.xlen(unread)).toBe(900);
});

test('a stream nobody has subscribed to yet is left alone', async () => {
  await fill('trim-alone');
  expect(await trimStream(redis, 'trim-alone', NOW_MS)).toBe(0);
  expect(await trimStream(redis, 'trim-missing', NOW_MS)).toBe(0);
});
