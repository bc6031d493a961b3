import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeStreams, streamsToRead } from './ordered-merge.ts';
import { inOrder } from './ordered-batch.ts';

interface Entry {
  readonly id: string;
  readonly sequence: number;
  readonly subject: string;
}

/** Entries as they were written one after another, each to one of three streams; many share a millisecond. */
const history = fc
  .array(fc.record({ stream: fc.nat({ max: 2 }), msLater: fc.nat({ max: 1 }), subject: fc.constantFrom('a', 'b') }), {
    maxLength: 60,
  })
  .map((writes) => {
    let ms = 0;
    return writes.map(({ stream, msLater, subject }, index) => {
      ms += msLater;
      return { stream, entry: { id: `${ms}-${index}`, sequence: index, subject } };
    });
  });

/** Reads as the consumer does, while entries go on being written, and returns the order in which they were handled. */
function consume(
  writes: readonly { stream: number; entry: Entry }[],
  room: number,
  perRound: number,
): readonly Entry[] {
  const unread: Entry[][] = [[], [], []];
  let streams = unread.map(() => ({ entries: [] as readonly Entry[], hasMore: false }));
  const handled: Entry[] = [];
  let written = 0;
  for (let rounds = 0; handled.length < writes.length; rounds += 1) {
    if (rounds > 1_000) throw new Error('no progress');
    for (const { stream, entry } of writes.slice(written, written + perRound)) unread[stream]?.push(entry);
    written += perRound;
    const chosen = new Set(streamsToRead(streams, room));
    streams = streams.map(({ entries }, index) => {
      if (!chosen.has(index)) return { entries, hasMore: true };
      const read = unread[index]?.splice(0, room) ?? [];
      return { entries: [...entries, ...read], hasMore: read.length === room };
    });
    const { ready, entries } = mergeStreams(streams);
    handled.push(...inOrder(entries));
    streams = streams.map(({ entries: held, hasMore }, index) => ({ entries: held.slice(ready[index]), hasMore }));
  }
  return handled;
}

test('an event is never handled before an earlier one of its subject that lies in another stream', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), (writes, room, perRound) => {
      const handled = consume(writes, room, perRound);
      for (const group of Map.groupBy(handled, ({ subject }) => subject).values()) {
        expect(group).toEqual(group.toSorted((a, b) => a.sequence - b.sequence));
      }
      expect(handled).toHaveLength(writes.length);
    }),
  );
});

test('what a stream holds beyond its reading keeps back only what is as young', () => {
  const { ready } = mergeStreams([
    { entries: [{ id: '1-0' }, { id: '3-0' }], hasMore: true },
    { entries: [{ id: '2-0' }, { id: '3-1' }, { id: '9-0' }], hasMore: false },
  ]);
  expect(ready).toEqual([1, 1]);
});
