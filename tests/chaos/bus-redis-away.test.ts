import { setTimeout as pause } from 'node:timers/promises';
import { test, type TestContext } from 'vitest';
import { PATIENTLY, prepareBusChaos } from '../support/bus/bus-chaos.ts';
import { expectEachEffectOnce } from '../support/bus/expect-each-effect-once.ts';
import { startDurableRedis } from '../support/bus/durable-redis.ts';
import { EVENTS } from '../support/bus/chaos-facts.ts';

const AWAY_MS = 30_000;
/** Each has a Redis of its own, and one of them waits for half a minute. */
const SIDE_BY_SIDE = { ...PATIENTLY, concurrent: true };

async function prepare({ onTestFinished }: TestContext) {
  const redis = await startDurableRedis();
  onTestFinished(redis.close);
  const chaos = await prepareBusChaos(redis.url);
  onTestFinished(chaos.close);
  return { redis, chaos };
}

test(
  'kill -9 of a Redis that appends to a file, and its restart, neither lose nor repeat an effect',
  SIDE_BY_SIDE,
  async (context) => {
    const { redis, chaos } = await prepare(context);
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
  SIDE_BY_SIDE,
  async (context) => {
    const { redis, chaos } = await prepare(context);
    await chaos.start();
    await chaos.handled('analytics', 500);
    await redis.node.stop();
    const away = pause(AWAY_MS);
    await chaos.committed(EVENTS);
    context.expect(await chaos.outbox()).toBeGreaterThan(0);
    await away;
    await redis.node.start();
    await expectEachEffectOnce(chaos);
  },
);
