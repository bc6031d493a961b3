import { once } from 'node:events';
import { waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, test } from 'vitest';
import { createLiveHub } from './live-hub.ts';

const nothing = () => undefined;

const createHub = (maxAgeMs: number, latest: Promise<string>) =>
  createLiveHub({
    feed: {
      publish: nothing,
      latest: () => latest,
      oldest: () => Promise.resolve('0-0'),
      after: () => Promise.resolve([]),
      onNews: nothing,
    },
    maxStreams: 1,
    maxAgeMs,
    registry: createRegistry('notification', 'test'),
    log: { info: nothing, warn: nothing, error: nothing },
  });

test('a client that no longer reads gives its place up when its time is over', async () => {
  const hub = createHub(20, Promise.resolve('0-0'));
  expect(await hub.join('default', undefined)).toMatchObject({ ok: true });
  expect(await hub.join('default', undefined)).toEqual({ ok: false, refusal: 'too_many_streams' });
  await waitFor(async () => (await hub.join('default', undefined)).ok);
  hub.closeAll();
});

test('a client that comes in while all are sent away is sent away too', async () => {
  const latest = Promise.withResolvers<string>();
  const hub = createHub(3_600_000, latest.promise);
  const joining = hub.join('default', undefined);
  hub.closeAll();
  latest.resolve('0-0');
  const joined = await joining;
  if (!joined.ok) throw new Error('it was there before');
  const ended = once(joined.stream, 'end');
  joined.stream.resume();
  await ended;
  expect(joined.stream.errored).toBeNull();
});
