import { waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, test } from 'vitest';
import { createLiveHub } from './live-hub.ts';

const nothing = () => undefined;

test('a client that no longer reads gives its place up when its time is over', async () => {
  const hub = createLiveHub({
    feed: {
      publish: nothing,
      latest: () => Promise.resolve('0-0'),
      oldest: () => Promise.resolve('0-0'),
      after: () => Promise.resolve([]),
      onNews: nothing,
    },
    maxStreams: 1,
    maxAgeMs: 20,
    registry: createRegistry('notification', 'test'),
    log: { info: nothing, warn: nothing, error: nothing },
  });
  expect(await hub.join('default', undefined)).toMatchObject({ ok: true });
  expect(await hub.join('default', undefined)).toEqual({ ok: false, refusal: 'too_many_streams' });
  await waitFor(async () => (await hub.join('default', undefined)).ok);
  hub.closeAll();
});
