import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrderedHandover } from './ordered-handover.ts';

const message = (subject: string) => ({ id: '', type: 'alert.updated', envelope: '', subject });
const committed = (id: number, after: number | null, subject = 'a') => ({
  ids: [id],
  messages: [message(subject)],
  after: [after],
});

test('a message follows in memory what is before it there or was sent lately, and else is left to the outbox', () => {
  const handover = createOrderedHandover();
  expect(handover.admit(committed(1, null)).left).toEqual([]);
  expect(handover.admit(committed(2, 1)).left).toEqual([]);
  handover.sent([1, 2]);
  expect(handover.admit(committed(3, 2)).left).toEqual([]);
  expect(handover.admit(committed(5, 4)).left).toEqual([5]);
  expect(handover.admit(committed(6, 5)).left).toEqual([6]);
});

test('when memory is given up, what comes after it is left to the outbox too', () => {
  const handover = createOrderedHandover();
  handover.admit(committed(1, null));
  handover.forget();
  expect(handover.admit(committed(2, 1)).left).toEqual([2]);
});

test('messages of types that are not ordered always go from memory', () => {
  const handover = createOrderedHandover();
  const mixed = {
    ids: [7, 8],
    messages: [{ id: '', type: 'metric.recorded', envelope: '' }, message('a')],
    after: [null, 3],
  };
  const { held, left } = handover.admit(mixed);
  expect(held.ids).toEqual([7]);
  expect(left).toEqual([8]);
});

interface Row {
  readonly id: number;
  readonly subject: string;
}

test('whichever of several processes commits, and whatever fails, no message is first on its stream before an earlier one of its subject', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('commit' as const),
        process: fc.nat({ max: 2 }),
        subject: fc.constantFrom('a', 'b'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send' as const), process: fc.nat({ max: 2 }), fails: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('stored' as const), process: fc.nat({ max: 2 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let outbox: Row[] = [];
      const stream: Row[] = [];
      const processes = Array.from({ length: 3 }, () => ({ handover: createOrderedHandover(), memory: [] as Row[] }));
      let id = 0;
      for (const taken of steps) {
        const of = processes[taken.process];
        if (!of) continue;
        if (taken.kind === 'commit') {
          id += 1;
          const row = { id, subject: taken.subject };
          const after = outbox.findLast(({ subject }) => subject === row.subject)?.id ?? null;
          outbox.push(row);
          if (of.handover.admit(committed(id, after, row.subject)).left.length === 0) of.memory.push(row);
        } else if (taken.kind === 'send') {
          const rows = of.memory.splice(0);
          if (taken.fails) of.handover.forget();
          else {
            stream.push(...rows);
            outbox = outbox.filter((row) => !rows.includes(row));
            of.handover.sent(rows.map((row) => row.id));
          }
        } else {
          // The stored relay sends all rows of a subject, oldest first, also those in the memory of others.
          stream.push(...outbox);
          outbox = [];
        }
      }
      const first = stream.filter((row, index) => stream.indexOf(row) === index);
      for (const rows of Map.groupBy(first, ({ subject }) => subject).values()) {
        expect(rows).toEqual(rows.toSorted((a, b) => a.id - b.id));
      }
    }),
  );
});
