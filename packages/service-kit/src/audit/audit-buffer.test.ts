import type { Message } from '@soc/messaging/publishing';
import { createRegistry } from '@soc/monitoring';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createAuditBuffer } from './audit-buffer.ts';

const message = (id: string): Message => ({ id, type: 'audit.alert.recorded', envelope: '{}' });

/** A buffer whose other end is away until it is told to be back. */
function bufferTo(sent: string[], maxHeld?: number) {
  const end = { isAway: false };
  const registry = createRegistry('alert', 'alert-1');
  const buffer = createAuditBuffer({
    send: (messages) => {
      if (end.isAway) return Promise.reject(new Error('away'));
      sent.push(...messages.map(({ id }) => id));
      return Promise.resolve();
    },
    tellLoss: ({ records }) => message(`lost ${records}`),
    now: () => new Date(0),
    registry,
    log: pino({ level: 'silent' }),
    ...(maxHeld !== undefined && { maxHeld }),
  });
  return { buffer, end, registry };
}

test('records are sent in the order they were made', async () => {
  const sent: string[] = [];
  const { buffer } = bufferTo(sent);
  await Promise.all(['a', 'b', 'c'].map((id) => buffer.add(message(id))));
  expect(sent).toEqual(['a', 'b', 'c']);
});

test('what cannot be sent is held and sent later, and nobody waits for it', async () => {
  vi.useFakeTimers();
  try {
    const sent: string[] = [];
    const { buffer, end } = bufferTo(sent);
    end.isAway = true;
    await buffer.add(message('a'));
    await buffer.add(message('b'));
    expect(sent).toEqual([]);
    end.isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual(['a', 'b']);
  } finally {
    vi.useRealTimers();
  }
});

test('what comes while the last of it is sent is sent once, and nothing is left behind', async () => {
  const sent: string[] = [];
  const gate = Promise.withResolvers<void>();
  let isAway = true;
  const buffer = createAuditBuffer({
    send: async (messages) => {
      if (isAway) throw new Error('away');
      await gate.promise;
      sent.push(...messages.map(({ id }) => id));
    },
    tellLoss: () => message('lost'),
    now: () => new Date(0),
    registry: createRegistry('alert', 'alert-1'),
    log: pino({ level: 'silent' }),
  });
  await buffer.add(message('a'));
  isAway = false;
  const stopped = buffer.stop();
  await new Promise(setImmediate); // the send is under way
  const added = ['b', 'c'].map((id) => buffer.add(message(id)));
  gate.resolve();
  await Promise.all([stopped, ...added]);
  expect(sent).toEqual(['a', 'b', 'c']);
});

test('what is too much to be held is counted, and told of before all else once records go out again', async () => {
  const sent: string[] = [];
  const { buffer, end, registry } = bufferTo(sent, 2);
  end.isAway = true;
  for (const id of ['a', 'b', 'c', 'd']) await buffer.add(message(id));
  expect(await registry.metrics()).toMatch(/soc_audit_records_lost_total\{[^}]*\} 2/);
  end.isAway = false;
  await buffer.stop();
  expect(sent).toEqual(['lost 2', 'a', 'b']);
});
