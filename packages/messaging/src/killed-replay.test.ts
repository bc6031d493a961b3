import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { effectsIn, metricMessage, operator, recordingMetrics } from './recorded-metrics.fixture.ts';
import { startTestBus, testRingData, type TestBus } from './test-bus.fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

const closing: TestBus[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const BY = { deadlineMs: 30_000 };
const program = fileURLToPath(new URL('killed-replay-process.fixture.ts', import.meta.url));

/** Runs a process until it stands in the middle of a handler, and kills it there. */
async function killInHandler(of: Awaited<ReturnType<typeof startTestBus>>, env: Record<string, string>): Promise<void> {
  const child = fork(program, {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: of.databaseUrl,
      REDIS_URL: inject('redisUrl'),
      PREFIX: of.prefix,
      KEY_RING: JSON.stringify(testRingData),
      ...env,
    },
  });
  const exited = once(child, 'exit');
  await Promise.race([once(child, 'message'), exited.then(() => Promise.reject(new Error('it ended by itself')))]);
  child.kill('SIGKILL');
  await exited;
}

test('the replay of a letter that is killed in the middle leaves the letter as it was, and the next has its effect once', async () => {
  let broken = true;
  const consumer = await startTestBus('storage', [
    recordingMetrics(() => {
      if (broken) throw new Error('not now');
    }),
  ]);
  closing.push(consumer);
  consumer.bus.start();
  const message = metricMessage('poison');
  await consumer.send([message]);
  const before = await waitFor(async () => (await consumer.bus.listDeadLetters(1))[0], BY);
  await consumer.bus.close();

  await killInHandler(consumer, { LETTER: message.id });
  broken = false;
  const next = await startTestBus('storage', [recordingMetrics()], {
    databaseUrl: consumer.databaseUrl,
    prefix: consumer.prefix,
  });
  closing.push(next);
  // PostgreSQL notices that the process is gone, and rolls its transaction back.
  const letter = await waitFor(async () => {
    const result = await next.bus.operations.deadLetters.replay(message.id, operator);
    return result.ok && result;
  }, BY);
  expect(letter).toMatchObject({ outcome: 'replayed', letter: { attempts: before.attempts + 1 } });
  expect(await effectsIn(next.db)).toEqual(['poison']);
});

test('a replay of a time range that is killed in the middle goes on from its last step, every event once', async () => {
  const consumer = await startTestBus('storage', [recordingMetrics()]);
  closing.push(consumer);
  consumer.bus.start();
  await consumer.send(Array.from({ length: 250 }, (_, index) => metricMessage(`m${index}`)));
  await waitFor(async () => (await effectsIn(consumer.db)).length === 250, BY);
  await consumer.bus.close();

  await killInHandler(consumer, { FROM: new Date(Date.now() - 3_600_000).toISOString() });
  const [half] = await consumer.bus.operations.listReplays(consumer.db.write, {
    state: 'running',
    type: undefined,
    beforeId: undefined,
    limitRows: 1,
  });
  expect(half).toMatchObject({ handled: 100 });
  expect(await effectsIn(consumer.db)).toHaveLength(350);

  const next = await startTestBus('storage', [recordingMetrics()], {
    databaseUrl: consumer.databaseUrl,
    prefix: consumer.prefix,
  });
  closing.push(next);
  next.bus.start();
  const done = await waitFor(async () => {
    const replay = await next.bus.operations.findReplay(next.db.write, half?.id ?? '');
    return replay?.state === 'done' && replay;
  }, BY);
  expect(done).toMatchObject({ handled: 250, failed: 0, progress: 1 });
  const effects = await effectsIn(next.db);
  expect(effects).toHaveLength(500);
  expect(new Set(effects).size).toBe(250);
});
