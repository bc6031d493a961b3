import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import {
  createKeyRing,
  createStreamPublisher,
  newKeyRing,
  openFrame,
  streamKey,
  TooFewReplicasError,
} from './index.ts';

const connect = (enableAutoPipelining = false) => {
  const redis = new Redis(inject('redisUrl'), { enableAutoPipelining });
  onTestFinished(() => redis.disconnect());
  return redis;
};
const start = (redis: Redis, replicasToAck: number) => {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const keyRing = createKeyRing(newKeyRing());
  const publisher = createStreamPublisher({ keyRing, redis, prefix, source: 'alert', replicasToAck });
  const texts = async (type: string): Promise<readonly string[]> => {
    const entries = await redis.xrangeBuffer(streamKey(prefix, type), '-', '+');
    return entries.flatMap(([, fields]) => {
      const opened = openFrame(keyRing, fields[1] ?? Buffer.alloc(0));
      return opened.ok ? opened.texts : [];
    });
  };
  return { prefix, publisher, texts };
};

const ordered = (type: string) => ({ id: '', type, envelope: `"${type}"`, subject: 'a' });
const twoTypes = [ordered('alert.created'), ordered('alert.updated')];
const metric = (text: string) => ({ id: '', type: 'metric.recorded', envelope: text });

test('several frames of a noun wait for replicas on the connection that has written them, in the same breath', async () => {
  const redis = connect();
  redis.wait = () => Promise.reject(new Error('a WAIT of its own counts the replicas of whatever server it reaches'));
  const { publisher, texts } = start(redis, 1);
  await expect(publisher.publish(twoTypes)).rejects.toThrow(TooFewReplicasError);
  expect(await texts('alert.created')).toEqual(['"alert.created"']);
  expect(await texts('alert.updated')).toEqual(['"alert.updated"']);
});

test.each([0, 1])(
  'a frame that a transaction could not write fails the call, waiting for %d replicas',
  async (replicas) => {
    const redis = connect();
    const { prefix, publisher } = start(redis, replicas);
    await redis.set(streamKey(prefix, 'alert.updated'), 'no stream');
    await expect(publisher.publish(twoTypes)).rejects.toThrow('WRONGTYPE');
  },
);

test('of calls in one moment a large one does not overtake a small one', async () => {
  const { publisher, texts } = start(connect(true), 0);
  const many = Array.from({ length: 200 }, (_, index) => metric(`${index + 1}`));
  await Promise.all([publisher.publish([metric('0')]), publisher.publish(many)]);
  expect(await texts('metric.recorded')).toEqual(Array.from({ length: 201 }, (_, index) => String(index)));
});
