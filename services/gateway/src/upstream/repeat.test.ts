import { waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { repeat } from './repeat.ts';

test('a time that fails is told of, and the next one comes all the same', async () => {
  const failures: unknown[] = [];
  let times = 0;
  const work = async (): Promise<void> => {
    times += 1;
    if (times === 1) throw new Error('the first');
  };
  const repetition = repeat(work, { everyMs: 1, onFailure: (error) => void failures.push(error) });
  onTestFinished(repetition.stop);
  await repetition.run();
  expect(failures).toEqual([new Error('the first')]);
  repetition.start();
  await waitFor(() => times > 2);
  expect(failures).toHaveLength(1);
});
