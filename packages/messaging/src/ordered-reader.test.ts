import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, expect, inject, test } from 'vitest';
import { createOrderedReader, type OrderedReader } from './ordered-reader.ts';

const open: Redis[] = [];
const connect = (): Redis => {
  const redis = new Redis(inject('redisUrl'));
  open.push(redis);
  return redis;
};
afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
});

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

function setUp() {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const streams = new Map(['created', 'updated'].map((type) => [type, `${prefix}:{alert}.${type}`]));
  const redis = connect();
  return {
    redis,
    add: (type: string, text: string, id = '*') => redis.xadd(streams.get(type) ?? '', id, 'frame', text),
    readerOf: async (consumer: string): Promise<OrderedReader> => {
      const reader = createOrderedReader({ streams, group: 'g', consumer, reader: connect(), commands: redis, log });
      await reader.takeOver();
      return reader;
    },
  };
}

const textsOf = async (reader: OrderedReader): Promise<readonly string[]> =>
  (await reader.next(500)).map(({ frame }) => frame?.toString() ?? '');

test('what was given to a consumer that does not know yet that its turn is over comes before what is newer', async () => {
  const { add, readerOf } = setUp();
  const before = await readerOf('before');
  await add('created', '1');
  expect(await textsOf(before)).toEqual(['1']);
  const now = await readerOf('now');
  await add('updated', '2');
  expect(await textsOf(before)).toContain('2');
  await add('updated', '3');
  expect(await textsOf(now)).toEqual(['1', '2', '3']);
});

test('what such a consumer was given comes first also when only another stream has news', async () => {
  const { add, readerOf } = setUp();
  const before = await readerOf('before');
  const now = await readerOf('now');
  await add('created', '1');
  expect(await textsOf(before)).toEqual(['1']);
  await add('updated', '2');
  expect(await textsOf(now)).toEqual(['1', '2']);
});

test('what such a consumer was given is not left with it when nothing else comes', async () => {
  const { add, readerOf } = setUp();
  const before = await readerOf('before');
  const now = await readerOf('now');
  await add('created', '1');
  expect(await textsOf(before)).toEqual(['1']);
  expect(await textsOf(now)).toEqual(['1']);
});

test('what is not acknowledged is read again after a takeover, what is acknowledged is not', async () => {
  const { add, readerOf } = setUp();
  const reader = await readerOf('one');
  await add('created', '1');
  const [first] = await reader.next(500);
  await reader.acknowledge(first ? [first] : []);
  await add('updated', '2');
  expect(await textsOf(reader)).toEqual(['2']);
  await reader.takeOver();
  expect(await textsOf(reader)).toEqual(['2']);
});

test('with more in the streams than fits, entries of both are read in the order they were written', async () => {
  const { add, readerOf } = setUp();
  const reader = await readerOf('one');
  const written = Array.from({ length: 300 }, (_, index) => String(index));
  for (const text of written) {
    // Each in a millisecond of its own: within one, only the events tell the order.
    await add(Number(text) % 3 === 0 ? 'created' : 'updated', text, `${Number(text) + 1}-0`);
  }
  const read: string[] = [];
  while (read.length < written.length) {
    const entries = await reader.next(500);
    read.push(...entries.map(({ frame }) => frame?.toString() ?? ''));
    await reader.acknowledge(entries);
  }
  expect(read).toEqual(written);
});
