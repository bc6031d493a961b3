import { expect, test } from 'vitest';
import { closeInSteps } from './close-in-steps.ts';

test('what closing waits for is told once it takes long, and nothing of what is quick', async () => {
  const told = Promise.withResolvers<unknown>();
  const done: string[] = [];
  const hanging = Promise.withResolvers<void>();
  const closing = closeInSteps(
    { warn: (facts: unknown) => told.resolve(facts) },
    [
      ['requests', () => done.push('requests')],
      ['events', () => hanging.promise],
      ['the database', () => done.push('the database')],
    ],
    20,
  );
  expect(await told.promise).toEqual({ waitsFor: 'events', forMs: 20 });
  expect(done).toEqual(['requests']);
  hanging.resolve();
  await closing;
  expect(done).toEqual(['requests', 'the database']);
});

test('a step that fails is the error of closing', async () => {
  const failing = closeInSteps({ warn: () => undefined }, [['requests', () => Promise.reject(new Error('no'))]]);
  await expect(failing).rejects.toThrow('no');
});
