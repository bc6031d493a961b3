import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideBatch, inOrder, runsByType } from './ordered-batch.ts';

interface Change {
  readonly subject: string;
  readonly sequence: number;
}

const subjects = fc.constantFrom<string>('a', 'b', 'c', 'd');

/** What a publisher sent, in its order; versions count the events of a subject. */
const published = fc
  .array(subjects, { maxLength: 60 })
  .map((names): readonly Change[] => names.map((subject, index) => ({ subject, sequence: index + 1 })));

test('what waits of a subject holds back all that comes later of it, and nothing of another', () => {
  fc.assert(
    fc.property(published, fc.uniqueArray(subjects), (events, waiting) => {
      const { now, behind } = divideBatch(new Set(waiting), events);
      expect(now).toEqual(events.filter(({ subject }) => !waiting.includes(subject)));
      expect(behind).toEqual(events.filter(({ subject }) => waiting.includes(subject)));
    }),
  );
});

test('events read in any order are in the order of their publisher for each subject', () => {
  const shuffled = published.chain((events) => fc.shuffledSubarray([...events], { minLength: events.length }));
  fc.assert(
    fc.property(shuffled, (events) => {
      const sorted = inOrder(events);
      expect(new Set(sorted)).toEqual(new Set(events));
      for (const group of Map.groupBy(sorted, ({ subject }) => subject).values()) {
        expect(group.map(({ sequence }) => sequence)).toEqual(
          group.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
        );
      }
    }),
  );
});

test('runs hold one type each, and one after another keep each subject in order', () => {
  const typed = published.chain((events) =>
    fc
      .array(fc.constantFrom('created', 'updated'), { minLength: events.length, maxLength: events.length })
      .map((types) => events.map((event, index) => ({ ...event, type: types[index] ?? '' }))),
  );
  fc.assert(
    fc.property(typed, (events) => {
      const runs = runsByType(events);
      const bySubject = Map.groupBy(runs.flat(), ({ subject }) => subject);
      expect(bySubject).toEqual(
        new Map([...bySubject.keys()].map((key) => [key, events.filter(({ subject }) => subject === key)])),
      );
      expect(runs.flat()).toHaveLength(events.length);
      for (const run of runs) expect(new Set(run.map(({ type }) => type)).size).toBe(1);
    }),
  );
});

test('an event without a sequence keeps its subject in the order of arrival', () => {
  const events = [
    { subject: 'a', sequence: 9 },
    { subject: 'b', sequence: 3 },
    { subject: 'a' },
    { subject: 'b', sequence: 2 },
  ];
  expect(inOrder(events)).toEqual([events[0], events[2], events[3], events[1]]);
});

/**
 * The whole life of ordered events with the database and the streams left out: batches with redeliveries, handlers that fail
 * as `fails` says, retries in any order of subjects, a limit of tries.
 */
function deliver(events: readonly Change[], batchSizes: readonly number[], fails: () => boolean, maxAttempts: number) {
  const done: Change[] = [];
  const buried: Change[] = [];
  const waiting = new Map<string, { queue: Change[]; attempts: number }>();
  const known = new Set<Change>();
  const attempt = (event: Change): boolean => {
    if (known.has(event)) return true;
    if (fails()) return false;
    known.add(event);
    done.push(event);
    return true;
  };
  const take = (batch: readonly Change[]): void => {
    for (const event of inOrder(batch)) {
      const { now } = divideBatch(new Set(waiting.keys()), [event]);
      const place = waiting.get(event.subject);
      if (now.length === 0) {
        if (place && !place.queue.includes(event)) place.queue.push(event);
      } else if (!attempt(event)) waiting.set(event.subject, { queue: [event], attempts: 1 });
    }
  };
  const retry = (): void => {
    for (const [subject, place] of waiting) {
      const [head] = place.queue;
      if (!head) waiting.delete(subject);
      else if (attempt(head)) waiting.set(subject, { queue: place.queue.slice(1), attempts: 0 });
      else if (place.attempts + 1 >= maxAttempts) {
        buried.push(head);
        known.add(head);
        waiting.set(subject, { queue: place.queue.slice(1), attempts: 0 });
      } else waiting.set(subject, { queue: place.queue, attempts: place.attempts + 1 });
    }
  };
  for (let at = 0, round = 0; at < events.length; round += 1) {
    const size = batchSizes[round % batchSizes.length] ?? 1;
    take(events.slice(at, at + size));
    // A crash before the acknowledgement: the batch comes again.
    if (fails()) take(events.slice(at, at + size));
    retry();
    at += size;
  }
  while (waiting.size > 0) retry();
  return { done, buried };
}

test('however handlers fail and batches come again, each event has one end, and those of a subject in their order', () => {
  fc.assert(
    fc.property(
      published,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      fc.integer({ min: 2, max: 4 }),
      (events, sizes, dice, maxAttempts) => {
        const { done, buried } = deliver(events, sizes, () => dice.next().value < 3, maxAttempts);
        expect([...done, ...buried].toSorted((a, b) => a.sequence - b.sequence)).toEqual(events);
        for (const group of Map.groupBy(done, ({ subject }) => subject).values()) {
          expect(group).toEqual(group.toSorted((a, b) => a.sequence - b.sequence));
        }
      },
    ),
  );
});
