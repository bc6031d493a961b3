import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { createKeyRing, newKey, newKeyRing } from './key-ring.ts';
import { changeFact, createFacts, createHandled, factIds, handled, recordingInOrder } from './ordered.fixture.ts';
import { startTestBus } from './test-bus.fixture.ts';

test('ordered events under a key that is not here yet wait for it, and are handled in their order', async () => {
  const keys = newKeyRing();
  const early = createKeyRing({ current: 'k2', keys: { ...keys.keys, k2: newKey() } });
  const old = createKeyRing(keys);
  let looks = 0;
  let isHere = false;
  const behind = {
    ...old,
    find: (id: string) => (isHere ? early : old).find(id),
    refresh: () => Promise.resolve(void (looks += 1)),
  };
  const publisher = await startTestBus('alert', [], { keyRing: early });
  const subscriber = await startTestBus('storage', recordingInOrder(), { prefix: publisher.prefix, keyRing: behind });
  try {
    await createFacts(publisher);
    await createHandled(subscriber);
    publisher.bus.start();
    subscriber.bus.start();
    const [id = ''] = factIds(1);
    for (let version = 1; version <= 3; version += 1) await changeFact(publisher, id);
    await waitFor(() => looks >= 3, { deadlineMs: 20_000 });
    expect(await handled(subscriber)).toEqual([]);
    isHere = true;
    await waitFor(async () => (await handled(subscriber)).length === 3, { deadlineMs: 20_000 });
    expect((await handled(subscriber)).map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(await subscriber.bus.listDeadLetters(10)).toEqual([]);
  } finally {
    await Promise.all([subscriber.close(), publisher.close()]);
  }
});
