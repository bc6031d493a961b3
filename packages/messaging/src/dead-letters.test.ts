import type { DeadLetter } from '@soc/contracts';
import { waitFor } from '@soc/fleet/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createKeyRing, newKeyRing, NonRetryableError } from './index.ts';
import { effectsIn, metricMessage, operator, recordingMetrics } from './recorded-metrics.fixture.ts';
import { startTestBus, type TestBus } from './test-bus.fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

let broken = true;
let runs = 0;
let gate: Promise<void> | undefined;
let consumer: TestBus;

beforeEach(async () => {
  [broken, runs, gate] = [true, 0, undefined];
  consumer = await startTestBus('storage', [
    recordingMetrics(async (name) => {
      runs += 1;
      if (name === 'never') throw new NonRetryableError('it is no good');
      if (broken) throw new Error(`no room for ${name}`);
      await gate;
    }),
  ]);
  consumer.bus.start();
});
afterEach(() => consumer.close());

const letters = () => consumer.bus.operations.deadLetters;

const list = (query: Partial<Parameters<ReturnType<typeof letters>['list']>[1]> = {}) =>
  letters().list(consumer.db.write, { filter: {}, state: 'waiting', after: undefined, limitRows: 50, ...query });

/** Sends events whose handler fails, and waits for their letters, in the order of the names. */
async function bury(...names: readonly string[]): Promise<readonly DeadLetter[]> {
  const messages = names.map((name) => metricMessage(name));
  await consumer.send(messages);
  await waitFor(async () => (await list()).length >= names.length, { deadlineMs: 15_000 });
  const all = await list();
  return messages.map(({ id }) => all.find(({ eventId }) => eventId === id) as DeadLetter);
}

test('a letter tells what can be told without its payload, and the payload lies sealed', async () => {
  const [letter] = await bury('poison');
  expect(letter).toMatchObject({
    type: 'metric.recorded',
    source: 'analytics',
    subject: 'about poison',
    tenantId: 'default',
    reasonCode: 'handler_failed',
    reason: 'no room for poison',
    attempts: 1,
    state: 'waiting',
    settledAt: null,
  });
  const [row] = await consumer.db.write.query<{ body: Buffer }>({
    text: 'select body from storage.dead_letters',
    values: [],
  });
  expect(row?.body.includes('poison')).toBe(false);
  const opened = await letters().inspect(letter?.eventId ?? '', operator);
  expect(opened).toMatchObject({ sealed: null, contents: [{ id: letter?.eventId, data: { name: 'poison' } }] });
});

test('a letter whose cause is fixed is replayed once, however often that is asked', async () => {
  const [letter] = await bury('poison');
  const { eventId } = letter as DeadLetter;
  broken = false;
  const first = await letters().replay(eventId, operator);
  expect(first).toMatchObject({
    ok: true,
    outcome: 'replayed',
    letter: { state: 'replayed', attempts: 2, settledBy: operator },
  });
  expect(await letters().replay(eventId, operator)).toEqual({ ok: false, refusal: 'settled' });
  expect(await effectsIn(consumer.db)).toEqual(['poison']);
  expect(await list()).toEqual([]);
});

test('replays of one letter at the same time have one effect', async () => {
  const [letter] = await bury('poison');
  broken = false;
  const opening = Promise.withResolvers<void>();
  gate = opening.promise;
  const first = letters().replay(letter?.eventId ?? '', operator);
  await waitFor(() => runs === 2);
  const others = await Promise.all(Array.from({ length: 4 }, () => letters().replay(letter?.eventId ?? '', operator)));
  expect(others).toEqual(others.map(() => ({ ok: false, refusal: 'busy' })));
  opening.resolve();
  expect(await first).toMatchObject({ outcome: 'replayed' });
  expect([runs, await effectsIn(consumer.db)]).toEqual([2, ['poison']]);
});

test('a letter that fails again stays, with the new reason and one attempt more', async () => {
  const [letter] = await bury('never');
  expect(letter).toMatchObject({ reasonCode: 'not_retryable', attempts: 1 });
  const again = await letters().replay(letter?.eventId ?? '', operator);
  expect(again).toMatchObject({
    ok: true,
    outcome: 'failed',
    letter: { state: 'waiting', reasonCode: 'not_retryable', reason: 'it is no good', attempts: 2 },
  });
  expect(await effectsIn(consumer.db)).toEqual([]);
});

test('an event whose effect was committed meanwhile is not handled again by its replay', async () => {
  const [letter] = await bury('late');
  await consumer.db.write.query({ text: `insert into storage.inbox values ('${letter?.eventId}')`, values: [] });
  broken = false;
  expect(await letters().replay(letter?.eventId ?? '', operator)).toMatchObject({ outcome: 'already_done' });
  expect([runs, await effectsIn(consumer.db)]).toEqual([1, []]);
});

test('a letter that no key opens is refused a replay, and stays', async () => {
  const stranger = createKeyRing(newKeyRing('k1'));
  const other = await startTestBus('storage', [], {
    databaseUrl: (consumer as Awaited<ReturnType<typeof startTestBus>>).databaseUrl,
    keyRing: stranger,
    instanceId: 'other',
  });
  const [letter] = await bury('poison');
  other.bus.subscribe([recordingMetrics()]);
  const result = await other.bus.operations.deadLetters.replay(letter?.eventId ?? '', operator);
  expect(result).toMatchObject({ ok: false, refusal: 'not_replayable' });
  expect((await list())[0]).toMatchObject({ state: 'waiting', reasonCode: 'tampered', attempts: 1 });
  const opened = await other.bus.operations.deadLetters.inspect(letter?.eventId ?? '', operator);
  expect(opened).toMatchObject({ contents: null, sealed: 'unreadable' });
  await other.close();
});

test('a filter chooses what is replayed and what is discarded; the rest waits', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const buried = await bury(...names);
  broken = false;
  const bounds = { limitLetters: 10, withinMs: 10_000 };
  const some = await letters().replayAll({ subject: 'about b' }, operator, bounds);
  expect(some).toEqual({ replayed: 1, alreadyDone: 0, failed: 0, remaining: 0 });
  const as = { by: operator, reason: 'old news' };
  expect(await letters().discardAll({ subject: 'about c', type: 'alert.created' }, as, 10)).toEqual({
    discarded: 0,
    remaining: 0,
  });
  expect(await letters().discardAll({ subject: 'about c' }, as, 10)).toEqual({ discarded: 1, remaining: 0 });
  const [discarded] = await list({ state: 'discarded' });
  expect(discarded).toMatchObject({ eventId: buried[2]?.eventId, discardReason: 'old news', settledBy: operator });
  expect(await letters().replay(buried[2]?.eventId ?? '', operator)).toEqual({ ok: false, refusal: 'settled' });
  const rest = await letters().replayAll({}, operator, { ...bounds, limitLetters: 1 });
  expect(rest).toEqual({ replayed: 1, alreadyDone: 0, failed: 0, remaining: 1 });
  expect(await effectsIn(consumer.db)).toEqual(['a', 'b']);
});

test('letters that fail again come last at the next call, so that none is starved', async () => {
  await bury('never', 'x');
  broken = false;
  const bounds = { limitLetters: 1, withinMs: 10_000 };
  const calls = [await letters().replayAll({}, operator, bounds), await letters().replayAll({}, operator, bounds)];
  expect(calls.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(1);
  expect(await effectsIn(consumer.db)).toEqual(['x']);
});

test('the list goes on where its page ended', async () => {
  await bury('a', 'b', 'c');
  const first = await list({ limitRows: 2 });
  const last = first.at(-1) as DeadLetter;
  const second = await list({ limitRows: 2, after: [last.lastFailedAt, last.eventId] });
  expect(new Set([...first, ...second].map(({ subject }) => subject))).toEqual(
    new Set(['about a', 'about b', 'about c']),
  );
});

test('a discarded letter stays so when its event is delivered again', async () => {
  const message = metricMessage('again');
  await consumer.send([message]);
  await waitFor(async () => (await list()).length === 1);
  await letters().discard(message.id, { by: operator, reason: 'no' });
  await consumer.send([message, metricMessage('marker')]);
  await waitFor(async () => (await list())[0]?.subject === 'about marker');
  expect((await list({ state: 'discarded' }))[0]).toMatchObject({ eventId: message.id, discardReason: 'no' });
});

test('health and metrics tell how many letters wait and since when', async () => {
  await bury('a', 'b');
  expect(await consumer.bus.check()).toMatchObject({ deadLetters: 2, oldestDeadLetterS: expect.any(Number) });
  broken = false;
  await letters().replayAll({}, operator, { limitLetters: 10, withinMs: 10_000 });
  expect(await consumer.bus.check()).toMatchObject({ deadLetters: 0, oldestDeadLetterS: 0 });
});
