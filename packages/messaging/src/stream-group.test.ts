import { takeFreePorts } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { createOrderedReader } from './ordered-reader.ts';
import { createRedisConnector } from './redis.ts';
import { createStreamGroup } from './stream-group.ts';

/** A connection to a Redis that is away, between two attempts to reach it. */
async function untilBetweenAttempts() {
  const [port] = await takeFreePorts(1);
  const connector = createRedisConnector({ url: `redis://127.0.0.1:${port}`, onError: () => undefined });
  const [reader, commands] = [connector.blocking(), connector.command()];
  commands.disconnect();
  await new Promise((resolve) => reader.once('reconnecting', resolve));
  return { reader, commands, group: 'storage', consumer: 'storage-test' };
}

test('a read that waits for a Redis that is away ends when it is interrupted', async () => {
  const group = createStreamGroup({ ...(await untilBetweenAttempts()), stream: 'soc:events:some' });
  const read = group.readNew(1);
  group.interrupt();
  await expect(read).rejects.toThrow('interrupted');
});

test('so does a read in order', async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const streams = new Map([['alert.updated', 'soc:events:alert.updated']]);
  const reader = createOrderedReader({ ...(await untilBetweenAttempts()), streams, log });
  const read = reader.next(1_000);
  reader.interrupt();
  await expect(read).rejects.toThrow('interrupted');
});
