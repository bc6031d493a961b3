import { expect, test } from 'vitest';
import { dropUpload, type SweepDeps } from './intake.ts';
import { noDatabase } from './no-database.fixture.ts';

const upload = { id: 'upload', tenantId: 'default', started: undefined };

/** What is done, in order, by a store that may refuse. */
function recorder(isClaimed: boolean, discard: () => Promise<void>) {
  const done: string[] = [];
  const deps: SweepDeps = {
    db: noDatabase(() => done.push('commit')),
    uploads: {
      giveUp: () => Promise.resolve(isClaimed),
      remove: () => {
        done.push('remove');
        return Promise.resolve();
      },
    },
    objectStore: { abortUpload: () => Promise.resolve(), discard: () => (done.push('discard'), discard()) },
  };
  return { done, deps };
}

test('nothing is removed of an upload before it is claimed, and nothing of one that became evidence', async () => {
  const claimed = recorder(true, () => Promise.resolve());
  expect(await dropUpload(claimed.deps, upload)).toBe(true);
  expect(claimed.done.indexOf('commit')).toBeLessThan(claimed.done.indexOf('discard'));
  expect(claimed.done.slice(-2)).toEqual(['remove', 'commit']);
  const lost = recorder(false, () => Promise.resolve());
  expect(await dropUpload(lost.deps, upload)).toBe(false);
  expect(lost.done).not.toContain('discard');
});

test('what the store does not let go stays written down, and is no fault of the request', async () => {
  const denied = recorder(true, () => Promise.reject(new Error('AccessDenied')));
  expect(await dropUpload(denied.deps, upload)).toBe(true);
  expect(denied.done).not.toContain('remove');
});
