import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';
import { startDurableRedis } from '../support/bus/durable-redis.ts';
import { EVENTS } from '../support/bus/chaos-facts.ts';

const AWAY_MS = 30_000;

async function prepare() {
  const redis = await startDurableRedis();
  onTestFinished(redis.close);
  const chaos = await prepareBusChaos(redis.url);
  onTestFinished(chaos.close);
  return { redis, chaos };
}

test(
  'kill -9 of a Redis that appends to a file, and its restart, neither lose nor repeat an effect',
  PATIENTLY,
  async () => {
    const { redis, chaos } = await prepare();
    await chaos.start();
    for (const handled of [1_000, 5_000]) {
      await chaos.handled('analytics', handled);
      await redis.node.kill();
      await redis.node.start();
    }
    await expectEachEffectOnce(chaos);
  },
);

test(
  'while Redis is away for 30 s the publishers go on and the backlog shows; then every effect happens once',
  PATIENTLY,
  async () => {
    const { redis, chaos } = await prepare();
    await chaos.start();
    await chaos.handled('analytics', 500);
    await redis.node.stop();
    const away = pause(AWAY_MS);
    await chaos.committed(EVENTS);
    expect(await chaos.outbox()).toBeGreaterThan(0);
    await away;
    await redis.node.start();
    await expectEachEffectOnce(chaos);
  },
);
