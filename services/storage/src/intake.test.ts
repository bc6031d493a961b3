import { expect, test } from 'vitest';
import { dropUpload, type IntakeDeps } from './intake.ts';
import type { UploadRecord } from './upload-repository.ts';

const upload = { id: 'upload', tenantId: 'default', started: undefined } as UploadRecord;

/** What is done, in order, by a store that may refuse. */
function recorder(isClaimed: boolean, discard: () => Promise<void>) {
  const done: string[] = [];
  const deps = {
    db: {
      tx: async (work: (tx: undefined) => Promise<unknown>) => {
        const answer = await work(undefined);
        done.push('commit');
        return answer;
      },
    },
    uploads: { giveUp: () => Promise.resolve(isClaimed), remove: () => Promise.resolve(done.push('remove')) },
    objectStore: { discard: () => (done.push('discard'), discard()) },
  };
  return { done, deps: deps as unknown as IntakeDeps };
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
