import { MetricRecorded } from '@soc/contracts';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, expect, test } from 'vitest';
import { sealFrame } from './frame.ts';
import { createKeyRing, createMessage, FRAME_FIELD, newKey, newKeyRing, streamKey, subscription } from './index.ts';
import type { RefusedMessage } from './refusal.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

const keys = newKeyRing();
const keyRing = createKeyRing(keys);
const closing: TestBus[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((started) => started.close()));
});

const DAY_MS = 24 * 60 * 60 * 1000;
const TYPE = MetricRecorded.type;
const header = { type: TYPE, source: 'analytics', publishedAt: Date.now() };

const envelope = (name: string, { madeMs = Date.now(), source = 'analytics' } = {}): string =>
  createMessage(
    MetricRecorded,
    { name, value: 1, at: new Date().toISOString(), labels: {} },
    { tenantId: 'default', subject: 's', correlationId: 'c' },
    { source, now: new Date(madeMs) },
  ).envelope;

/** A consumer, what it handles, and what it refuses. */
async function startConsumer(ring = keyRing) {
  const handled: string[] = [];
  const refused: RefusedMessage[] = [];
  const recording = subscription(MetricRecorded, ({ name }) => Promise.resolve(void handled.push(name)), {
    retry: { firstDelayMs: 50 },
  });
  const started = await startTestBus('storage', [recording], {
    keyRing: ring,
    onRefused: (one) => refused.push(one),
  });
  closing.push(started);
  started.bus.start();
  const put = (frame: Buffer) => started.redis.xadd(streamKey(started.prefix, TYPE), '*', FRAME_FIELD, frame);
  return { ...started, handled, refused, put };
}

const tampered = (): Buffer => {
  const frame = sealFrame(keyRing, header, [envelope('tampered')]);
  frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
  return frame;
};

test.each<[RefusedMessage['refusal'], string, () => Buffer]>([
  ['tampered', 'a frame with one bit changed', tampered],
  [
    'forged',
    'a frame of a service that does not own the type',
    () => sealFrame(keyRing, { ...header, source: 'intel' }, [envelope('x')]),
  ],
  [
    'forged',
    'a frame copied from the stream of another type',
    () => sealFrame(keyRing, { ...header, type: 'alert.created' }, [envelope('x')]),
  ],
  [
    'forged',
    'an event of another source in a frame of the owner',
    () => sealFrame(keyRing, header, [envelope('x', { source: 'ai' })]),
  ],
  [
    'stale',
    'an event replayed after the inbox has forgotten it',
    () => sealFrame(keyRing, header, [envelope('x', { madeMs: Date.now() - 8 * DAY_MS })]),
  ],
  [
    'from_the_future',
    'an event made two days from now',
    () => sealFrame(keyRing, header, [envelope('x', { madeMs: Date.now() + 2 * DAY_MS })]),
  ],
  [
    'unknown_version',
    'an event of a schema version to come',
    () => sealFrame(keyRing, header, [envelope('x').replace('"dataschemaversion":1', '"dataschemaversion":9')]),
  ],
  [
    'unknown_version',
    'a frame of a version to come',
    () => Buffer.concat([Buffer.from([2]), sealFrame(keyRing, header, [envelope('x')]).subarray(1)]),
  ],
  ['invalid', 'an entry too short for a frame', () => Buffer.from('{}')],
])('%s: %s is counted, told and kept as a dead letter, and the next event is handled', async (refusal, _, make) => {
  const { put, handled, refused, bus, registry } = await startConsumer();
  await put(make());
  await put(sealFrame(keyRing, header, [envelope('good')]));
  await waitFor(() => handled.includes('good'));
  expect(handled).toEqual(['good']);
  expect(refused).toEqual([expect.objectContaining({ refusal, type: TYPE })]);
  expect(await bus.listDeadLetters(10)).toEqual([
    expect.objectContaining({ eventId: refused[0]?.eventId, type: TYPE }),
  ]);
  expect(await registry.metrics()).toMatch(new RegExp(`soc_events_refused_total\\{[^}]*reason="${refusal}"[^}]*\\} 1`));
});

test('an event replayed within the retention of the inbox has no second effect', async () => {
  const { put, handled, refused } = await startConsumer();
  const frame = sealFrame(keyRing, header, [envelope('once', { madeMs: Date.now() - 6 * DAY_MS })]);
  await put(frame);
  await put(frame);
  await put(sealFrame(keyRing, header, [envelope('last')]));
  await waitFor(() => handled.includes('last'));
  expect(handled).toEqual(['once', 'last']);
  expect(refused).toEqual([]);
});

test('an unknown key is tried again until the ring has it, and refused when it never does', async () => {
  const late = createKeyRing({ current: 'k2', keys: { ...keys.keys, k2: newKey() } });
  let known = false;
  const behind = { ...keyRing, find: (id: string) => (known ? late : keyRing).find(id) };
  const { put, handled, refused } = await startConsumer(behind);
  await put(sealFrame(late, header, [envelope('early'), envelope('bird')]));
  await put(sealFrame(keyRing, header, [envelope('good')]));
  await waitFor(() => handled.includes('good'));
  known = true;
  await waitFor(() => handled.length === 3);
  expect(handled.toSorted()).toEqual(['bird', 'early', 'good']);
  await put(sealFrame(createKeyRing({ current: 'k9', keys: { k9: newKey() } }), header, [envelope('never')]));
  await waitFor(() => refused.length > 0, { deadlineMs: 15_000 });
  expect(refused).toEqual([expect.objectContaining({ refusal: 'unknown_key' })]);
});
