import { Redis } from 'ioredis';
import { BATCH, type BenchPayload, type Contender } from './contender.ts';

const BLOCK_MS = 1_000;

const asList = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : []);

/** Redis Streams and nothing else: pipelined XADD of JSON, XREADGROUP, one XACK a read. */
export const streams: Contender = {
  prepare: async ({ redisUrl }, { name, groups }) => {
    const redis = new Redis(redisUrl);
    for (const group of groups) await redis.xgroup('CREATE', name, group, '0', 'MKSTREAM');
    redis.disconnect();
  },
  openPublisher: async ({ redisUrl }, { name }) => {
    const redis = new Redis(redisUrl);
    await redis.ping();
    return {
      publish: async (payloads) => {
        const pipeline = redis.pipeline();
        for (const payload of payloads) pipeline.xadd(name, '*', 'event', JSON.stringify(payload));
        const answers = await pipeline.exec();
        const failed = answers?.find(([error]) => error)?.[0];
        if (failed) throw failed;
      },
      close: async () => redis.disconnect(),
    };
  },
  openConsumer: async ({ redisUrl }, { name }, group, handle) => {
    const [reader, commands] = [new Redis(redisUrl), new Redis(redisUrl)];
    await commands.ping();
    let isOpen = true;
    const read = async (): Promise<void> => {
      const from = ['STREAMS', name, '>'] as const;
      const answer: unknown = await reader.xreadgroup(
        'GROUP',
        group,
        'one',
        'COUNT',
        BATCH,
        'BLOCK',
        BLOCK_MS,
        ...from,
      );
      const ids: string[] = [];
      for (const entry of asList(asList(asList(answer)[0])[1])) {
        const [id, fields] = asList(entry);
        // What the publisher above has written.
        handle(JSON.parse(String(asList(fields)[1])) as BenchPayload);
        ids.push(String(id));
      }
      // Not awaited: the next read goes out meanwhile, as ours does.
      if (ids.length > 0) void commands.xack(name, group, ...ids).catch(console.error);
    };
    const loop = (async () => {
      while (isOpen) await read();
    })();
    return async () => {
      isOpen = false;
      await loop;
      reader.disconnect();
      commands.disconnect();
    };
  },
};
