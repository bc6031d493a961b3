import { setImmediate as nextTick } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createLiveClient } from './live-client.ts';

const entry = (position: string, data = '{}') => ({ position, type: 'incident.created', data });
const read = (client: ReturnType<typeof createLiveClient>): string => String(client.stream.read() ?? '');

test('an entry is sent once, in the form of server-sent events', () => {
  const client = createLiveClient('5-0', () => undefined);
  client.send([entry('5-0'), entry('6-0', '{"a":1}')]);
  client.send([entry('6-0'), entry('7-0')]);
  expect(read(client)).toBe(
    'retry: 3000\n\n' +
      'id: 6-0\nevent: incident.created\ndata: {"a":1}\n\n' +
      'id: 7-0\nevent: incident.created\ndata: {}\n\n',
  );
  expect(client.position()).toBe('7-0');
});

test('a client that does not read is dropped before it costs memory', async () => {
  const onDropped = vi.fn<() => void>();
  const client = createLiveClient('0-0', onDropped);
  for (let count = 1; count <= 1_000; count++) client.send([entry(`${count}-0`, 'x'.repeat(1_000))]);
  await nextTick();
  expect([client.stream.destroyed, onDropped.mock.calls.length]).toEqual([true, 1]);
});

test('a stream that has ended takes nothing more', async () => {
  const client = createLiveClient('0-0', () => undefined);
  client.end();
  client.end();
  client.heartbeat();
  client.gap();
  client.stream.resume();
  await vi.waitFor(() => expect(client.stream.destroyed).toBe(true));
  expect(client.stream.errored).toBeNull();
});
