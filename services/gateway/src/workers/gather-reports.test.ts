import { expect, test } from 'vitest';
import { type Addressee, createGatherer } from './gather-reports.ts';
import type { ToWorker } from './worker-messages.ts';

function fakeWorker(isServing: boolean) {
  const sent: ToWorker[] = [];
  const addressee: Addressee = { isServing: () => isServing, send: (message) => sent.push(message) };
  return { addressee, sent };
}

test('a worker that does not listen yet is not asked, and counts as missing at once', () => {
  const [first, starting] = [fakeWorker(true), fakeWorker(false)];
  const gather = createGatherer(() => [first.addressee, starting.addressee]);
  gather(first.addressee, { kind: 'ask', id: 7, what: 'health' });
  expect(first.sent).toEqual([{ kind: 'report', id: 1, what: 'health' }]);
  gather(first.addressee, { kind: 'reported', id: 1, report: 'fine' });
  expect(first.sent.at(-1)).toEqual({ kind: 'answer', id: 7, reports: ['fine'], missing: 1 });
  expect(starting.sent).toEqual([]);
});
