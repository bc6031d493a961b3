import { expect, test } from 'vitest';
import { startThread } from './thread.ts';

/** Answers its start, then nothing: a request stops it for good, without any CPU. */
const HANGING = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    parentPort.postMessage({ id: 0, answer: 'ready' });`)}`,
);

test('a thread that hangs is ended, and all that wait for it are told to ask again', { timeout: 30_000 }, async () => {
  const thread = startThread(HANGING, undefined, { heapMb: 64, answerMs: 3_000 });
  await thread.ready.catch(() => undefined);
  const answers = await Promise.allSettled([thread.ask({}), thread.ask({})]);
  const told = { status: 503, message: 'no answer within 3 s', headers: { 'retry-after': '5' } };
  expect(answers).toMatchObject([{ reason: told }, { reason: told }]);
  expect([thread.hasFailed(), thread.outstanding()]).toEqual([true, 0]);
});
