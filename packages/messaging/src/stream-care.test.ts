import { createRegistry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { streamKey } from './index.ts';
import { createStreamCare } from './stream-care.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.disconnect());

const STALLED_AFTER_MS = 300_000;

/** The care of one stream under a clock of the test, with what it says to a person. */
function care(prefix: string) {
  const registry = createRegistry('storage', 'test');
  const said: unknown[] = [];
  let nowMs = 0;
  const quiet = { info: () => undefined, warn: (_: object, text: string) => said.push(text) };
  const looked = createStreamCare({
    redis,
    prefix,
    types: ['metric.recorded'],
    bounds: { keepMs: 3_600_000, maxBytes: 1024 ** 3 },
    stalledAfterMs: STALLED_AFTER_MS,
    now: () => new Date(),
    monotonicMs: () => nowMs,
    registry,
    log: { ...quiet, error: (fields) => said.push(fields) },
  });
  return {
    ...looked,
    said,
    registry,
    after: async (ms: number) => {
      nowMs += ms;
      await looked.look();
      return looked.stalled().map(({ group }) => group);
    },
  };
}

test('a group that stands still is told of once, and no more when it goes on; one that works or has nothing to do never', async () => {
  const prefix = 'care-stalled';
  const stream = streamKey(prefix, 'metric.recorded');
  for (let index = 0; index < 9; index += 1) await redis.xadd(stream, '*', 'frame', 'x');
  await redis.xgroup('CREATE', stream, 'idle', '$');
  for (const group of ['stuck', 'busy']) await redis.xgroup('CREATE', stream, group, '0');
  const work = async (group: string) => {
    const answer = await redis.xreadgroup('GROUP', group, 'c', 'COUNT', 1, 'STREAMS', stream, '>');
    const [[, [[id]]]] = answer as unknown as [[string, [[string]]]];
    await redis.xack(stream, group, id);
  };
  const { after, said, registry } = care(prefix);
  expect(await after(0)).toEqual([]);
  await work('busy');
  expect(await after(STALLED_AFTER_MS - 1)).toEqual([]);
  await work('busy');
  expect(await after(1)).toEqual(['stuck']);
  await work('busy');
  expect(await after(STALLED_AFTER_MS / 2)).toEqual(['stuck']);
  expect(said).toEqual([{ eventType: 'metric.recorded', group: 'stuck' }]);
  const text = await registry.metrics();
  expect(text).toMatch(/soc_event_group_lag\{[^}]*group="stuck"[^}]*\} 9/);
  expect(text).toMatch(/soc_event_group_stalled\{[^}]*group="stuck"[^}]*\} 1/);
  expect(text).toMatch(/soc_event_group_stalled\{[^}]*group="busy"[^}]*\} 0/);
  await work('stuck');
  expect(await after(1)).toEqual([]);
});

test('a group that read an entry and never ends it stands still, though it goes on reading', async () => {
  const prefix = 'care-held';
  const stream = streamKey(prefix, 'metric.recorded');
  for (let index = 0; index < 9; index += 1) await redis.xadd(stream, '*', 'frame', 'x');
  await redis.xgroup('CREATE', stream, 'holds', '0');
  const read = () => redis.xreadgroup('GROUP', 'holds', 'c', 'COUNT', 1, 'STREAMS', stream, '>');
  const { after } = care(prefix);
  await read();
  await after(0);
  await read();
  expect(await after(STALLED_AFTER_MS)).toEqual(['holds']);
});

test('a stream that is not there yet is no fault', async () => {
  const { after, said } = care('care-missing');
  expect(await after(0)).toEqual([]);
  expect(said).toEqual([]);
});
