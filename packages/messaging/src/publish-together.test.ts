import { asyncProperty, assert, array, constantFrom, nat } from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from './envelope.ts';
import { publishTogether } from './publish-together.ts';

const messages = (first: number, count: number): readonly Message[] =>
  Array.from({ length: count }, (_, index) => ({ id: String(first + index), type: 't', envelope: '{}' }));

test('calls that come while two are on their way travel together, all in their order and each with its own token', async () => {
  const calls = array(
    array(
      nat({ max: 3 }).chain((count) => constantFrom([count, undefined], [count, 'a'], [count, 'b'])),
      {
        maxLength: 12,
      },
    ),
    { maxLength: 8 },
  );
  await assert(
    asyncProperty(calls, async (bursts) => {
      const sent: (readonly [string, string | undefined])[] = [];
      let [running, most] = [0, 0];
      const publish = publishTogether(async (given, token) => {
        running += 1;
        most = Math.max(most, running);
        for (const { id } of given) sent.push([id, token]);
        await Promise.resolve();
        running -= 1;
      });
      const expected: (readonly [string, string | undefined])[] = [];
      for (const burst of bursts) {
        const published = burst.map(([count, token]) => {
          const given = messages(expected.length, Number(count));
          for (const { id } of given) expected.push([id, token]);
          return publish(given, token);
        });
        await Promise.all(published);
        expect(sent).toEqual(expected);
      }
      expect(most).toBeLessThanOrEqual(2);
    }),
  );
});

test('of a hundred calls in one moment two go alone and the others in one', async () => {
  const sizes: number[] = [];
  const publish = publishTogether(async (given) => {
    sizes.push(given.length);
    await Promise.resolve();
  });
  await Promise.all(Array.from({ length: 100 }, (_, index) => publish(messages(index, 1))));
  expect(sizes).toEqual([1, 1, 98]);
});

test('calls that failed together are told so, and the next ones go on', async () => {
  let isAway = true;
  const publish = publishTogether(async () => {
    await Promise.resolve();
    if (isAway) throw new Error('redis is away');
  });
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => publish(messages(index, 1))));
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 'rejected'));
  isAway = false;
  await expect(publish(messages(0, 1))).resolves.toBeUndefined();
});
