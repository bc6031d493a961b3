import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Waiter, Waiting, WAITS_NOWHERE } from './waiting.ts';

test('what waits is what was added and not deleted, whatever the order', () => {
  const steps = fc.array(fc.record({ isAdded: fc.boolean(), place: fc.nat({ max: 9 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (taken) => {
      const waiters = Array.from({ length: 10 }, (): Waiter => ({ waitsAt: WAITS_NOWHERE }));
      const [waiting, expected] = [new Waiting<Waiter>(), new Set<Waiter>()];
      for (const { isAdded, place } of taken) {
        const waiter = waiters[place] as Waiter;
        waiting[isAdded ? 'add' : 'delete'](waiter);
        expected[isAdded ? 'add' : 'delete'](waiter);
      }
      expect(new Set(waiting.all())).toEqual(expected);
      expect(waiting.all()).toHaveLength(expected.size);
    }),
  );
});
