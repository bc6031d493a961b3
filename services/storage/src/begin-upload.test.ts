import { expect, test } from 'vitest';
import { type BeginDeps, beginUpload } from './begin-upload.ts';
import { noDatabase } from './no-database.fixture.ts';

const upload = {
  id: 'upload',
  tenantId: 'default',
  filename: 'a',
  contentType: 'x/y',
  sizeBytes: 1,
  sha256: null,
  blake3: null,
  incidentId: null,
  alertId: null,
  startedBy: 'Ann',
  startedById: 'ann',
  startedAt: '2026-03-01T00:00:00Z',
};
const begun = { upload: 'its name', partBytes: 8 };

/** What is done, in order. */
function recorder(startUpload: BeginDeps['objectStore']['startUpload']) {
  const done: string[] = [];
  const note = <T>(what: string, answer: T): Promise<T> => (done.push(what), Promise.resolve(answer));
  const deps: BeginDeps = {
    db: noDatabase(() => done.push('commit')),
    uploads: {
      insertOpen: (_, { id, started, expiresAt }) =>
        note(`row of ${id}, ${started ? 'begun' : 'not begun'}, until ${expiresAt}`, true),
      saveStarted: (_, { id, started, expiresAt }) => note(`${id} is ${started.upload} until ${expiresAt}`, undefined),
      giveUp: () => note('give up', true),
      remove: () => note('remove row', undefined),
    },
    objectStore: {
      startUpload: (place) => (done.push('start'), startUpload(place)),
      abortUpload: ({ upload: name }) => note(`abort ${name}`, undefined),
      discard: ({ name }) => note(`discard ${name}`, undefined),
    },
  };
  return { done, deps };
}

test('the row of an upload is committed before the store begins it: what a kill leaves is found', async () => {
  const { done, deps } = recorder(() => Promise.resolve(begun));
  expect(await beginUpload(deps, upload)).toMatchObject({ id: 'upload', started: begun });
  expect(done).toEqual([
    'row of upload, not begun, until 2026-03-01T01:00:00.000Z',
    'commit',
    'start',
    'upload is its name until 2026-03-02T00:00:00.000Z',
    'commit',
  ]);
});

test('an upload that the store cannot begin is given up at once, and the fault is told', async () => {
  const { done, deps } = recorder(() => Promise.reject(new Error('away')));
  await expect(beginUpload(deps, upload)).rejects.toThrow('away');
  expect(done).toContain('give up');
  expect(done.slice(-3)).toEqual(['discard upload', 'remove row', 'commit']);
});
