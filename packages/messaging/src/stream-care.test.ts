import { createRegistry } from '@soc/monitoring';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { streamKey } from './index.ts';
import { createStreamCare } from './stream-care.ts';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.disconnect());

const STALLED_AFTER_MS = 300_000;

/** The care of one stream under a clock of the test, with what it says to a person. */
function care(prefix: string, subscribers: readonly string[]) {
  const registry = createRegistry('storage', 'test');
  const said: unknown[] = [];
  let nowMs = 0;
  const quiet = { info: () => undefined, warn: (_: object, text: string) => said.push(text) };
  const looked = createStreamCare({
    redis,
    prefix,
    types: ['metric.recorded'],
    subscribersOf: () => subscribers,
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
  const { after, said, registry } = care(prefix, ['idle', 'stuck', 'busy']);
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
  const { after } = care(prefix, ['holds']);
  await read();
  await after(0);
  await read();
  expect(await after(STALLED_AFTER_MS)).toEqual(['holds']);
});

test('a stream that is not there yet is no fault', async () => {
  const { after, said } = care('care-missing', ['yet to come']);
  expect(await after(0)).toEqual([]);
  expect(await after(STALLED_AFTER_MS)).toEqual([]);
  expect(said).toEqual([]);
});

/** Entries older than they are kept, over 4 kB each: one goes alone when the stream is trimmed. */
async function fillWithOld(stream: string): Promise<void> {
  for (let index = 1; index <= 9; index += 1) await redis.xadd(stream, `${index}-0`, 'frame', 'x'.repeat(5_000));
}

async function readAll(stream: string, group: string): Promise<void> {
  await redis.xgroup('CREATE', stream, group, '0');
  await redis.xreadgroup('GROUP', group, 'c', 'COUNT', 9, 'NOACK', 'STREAMS', stream, '>');
}

test('a stream is kept for a subscriber that has never come up, and after a while the subscriber is told of', async () => {
  const prefix = 'care-absent';
  const stream = streamKey(prefix, 'metric.recorded');
  await fillWithOld(stream);
  await readAll(stream, 'present');
  const { after, said, registry } = care(prefix, ['present', 'absent']);
  expect(await after(0)).toEqual([]);
  expect(await after(STALLED_AFTER_MS)).toEqual(['absent']);
  expect(said).toEqual([{ eventType: 'metric.recorded', group: 'absent' }]);
  const text = await registry.metrics();
  expect(text).toMatch(/soc_event_group_lag\{[^}]*group="absent"[^}]*\} 9/);
  expect(text).toMatch(/soc_event_group_stalled\{[^}]*group="absent"[^}]*\} 1/);
  expect(await redis.xlen(stream)).toBe(9);

  await readAll(stream, 'absent');
  expect(await after(1)).toEqual([]);
  expect(await redis.xlen(stream)).toBe(1); // the last that was given
});

test('the group of a service that hears the type no more holds up no trimming, and is told of once', async () => {
  const prefix = 'care-stranger';
  const stream = streamKey(prefix, 'metric.recorded');
  await fillWithOld(stream);
  await readAll(stream, 'present');
  await redis.xgroup('CREATE', stream, 'removed', '0');
  const { after, said } = care(prefix, ['present']);
  expect(await after(0)).toEqual([]);
  expect(await redis.xlen(stream)).toBe(1); // the last that was given
  expect(await after(STALLED_AFTER_MS)).toEqual([]);
  expect(said).toEqual(['a consumer group that no contract names does not hold up trimming']);
});
