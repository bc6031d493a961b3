import { makeTemporaryDirectory, prepareRedisNode, type RedisNode, takeFreePorts } from '@soc/fleet/testing';

/** A Redis of its own that syncs its append-only file before each answer. */
export async function startDurableRedis(): Promise<{
  readonly url: string;
  readonly node: RedisNode;
  readonly close: () => Promise<void>;
}> {
  const directory = await makeTemporaryDirectory('redis');
  const [port] = await takeFreePorts(1);
  const lines = [`port ${port}`, 'appendonly yes', 'appendfsync always', 'save ""', 'maxmemory-policy noeviction'];
  const node = await prepareRedisNode({ directory: directory.path, port, lines });
  await node.start();
  return {
    node,
    url: `redis://127.0.0.1:${port}`,
    close: async () => {
      await node.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}
