import { uuidv7 } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { exampleAlert } from '@soc/fleet/testing';
import { sharedSearchServer } from '@soc/fleet/testing/search-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { commentDocument } from '../../domain/attached-documents.ts';
import { alertDocument } from '../../domain/search-document.ts';
import { SearchUnavailableError } from '../../ports/search-index.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../../storage-database.fixture.ts';
import { openDrivenIndex } from './search-server.fixture.ts';

const url = (await sharedSearchServer()) ?? '';
const tenantId = 'altered';

const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
  const given = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(`${url}/${path}`, { method, ...given });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
};

describe.skipIf(url === '')('a search server that somebody has altered', () => {
  let database: TestStorageDatabase;
  beforeAll(async () => {
    database = await openStorageDatabase();
  });
  afterAll(() => database.close());

  const open = (prefix: string, options: Parameters<typeof openDrivenIndex>[2] = {}, rolloverDocuments = 1_000_000) => {
    const settings = { SEARCH_INDEX_PREFIX: prefix, SEARCH_ROLLOVER_DOCUMENTS: rolloverDocuments };
    const index = openDrivenIndex({ db: database.db, url }, settings, options);
    onTestFinished(async () => {
      await index.worker.stop();
      await database.db.write.query(sql`
        truncate storage.search_generations, storage.search_documents, storage.search_batches`);
      await ask('DELETE', `${prefix}-*-0*?expand_wildcards=all`);
      await ask('DELETE', `_index_template/${prefix}`);
    });
    return index;
  };
  const newAlert = () => alertDocument(exampleAlert({ id: uuidv7(Date.now()), tenantId }));

  test.each([
    ['read', false],
    ['alert-000001-write', true],
  ])('an alias %s that is gone is there again after the next look', async (alias, isFoundWithout) => {
    const prefix = `unnamed-${alias}-${process.pid}`;
    const index = open(prefix);
    const document = newAlert();
    await index.saveAll([document]);
    await index.round();
    await ask('DELETE', `${prefix}-alert-000001/_alias/${prefix}-${alias}`);
    const found = index.find(tenantId, '*').then(
      () => true,
      (error: unknown) => !(error instanceof SearchUnavailableError),
    );
    expect(await found).toBe(isFoundWithout);
    // Nothing new comes: looking after the indices alone tells.
    await index.round();
    expect(Object.keys((await ask('GET', `_alias/${prefix}-${alias}`)) as object)).toEqual([`${prefix}-alert-000001`]);
    expect(await index.find(tenantId, '*')).toEqual([document.id]);
  });

  const newComment = () =>
    commentDocument(tenantId, {
      id: uuidv7(Date.now()),
      alertId: uuidv7(Date.now()),
      author: { id: 'ann', name: 'Ann' },
      text: 'a beacon',
      createdAt: '2026-03-01T00:00:00.000Z',
    });

  test('a newest index that is closed keeps its own documents waiting, and neither those of other kinds nor their rollover', async () => {
    const prefix = `closed-${process.pid}`;
    const index = open(prefix, { kinds: ['alert', 'comment'] }, 1);
    const [waiting, first, second] = [newAlert(), newComment(), newComment()];
    await index.round();
    await ask('POST', `${prefix}-alert-000001/_close`);
    await index.saveAll([waiting, first]);
    await expect(index.round()).rejects.toThrow(`these indices take no documents: ${prefix}-alert-000001`);
    await ask('POST', `${prefix}-comment-000001/_refresh`);
    await index.saveAll([second]);
    await expect(index.round()).rejects.toThrow(`these indices take no documents: ${prefix}-alert-000001`);
    expect(await index.backlog()).toMatchObject({ waiting: 2 });
    await expect(ask('GET', `${prefix}-comment-000002`)).resolves.toBeDefined();
    await expect(index.find(tenantId, '*')).rejects.toThrow(SearchUnavailableError);

    await ask('POST', `${prefix}-alert-000001/_open`);
    await index.round();
    expect(await index.find(tenantId, '*')).toEqual([waiting.id, first.id, second.id].toSorted());
    expect(await index.backlog()).toMatchObject({ waiting: 0, refused: 0 });
  });

  // It refuses every document with the same status as what it will never take; `read_only` refuses changes of its aliases as well.
  test.each(['write', 'read_only'])(
    'an index with the block %s keeps its own documents waiting alone',
    async (name) => {
      const prefix = `blocked-${name}-${process.pid}`;
      const index = open(prefix, { kinds: ['alert', 'comment'] });
      await index.round();
      const block = (isBlocked: boolean) =>
        ask('PUT', `${prefix}-alert-000001/_settings`, { [`index.blocks.${name}`]: isBlocked });
      onTestFinished(async () => {
        await block(false);
      });
      await block(true);
      const alert = newAlert();
      const comments = [newComment(), newComment()];
      for (const [place, comment] of comments.entries()) {
        await index.saveAll(place === 0 ? [alert] : []);
        await index.saveAll([comment]);
        // The second time after one that failed, which looks for what is missing first.
        await expect(index.round()).rejects.toThrow(`these indices take no documents: ${prefix}-alert-000001`);
        expect(await index.backlog()).toMatchObject({ waiting: 1, refused: 0 });
      }
      await block(false);
      await index.round();
      expect(await index.find(tenantId, '*')).toEqual([alert, ...comments].map(({ id }) => id).toSorted());
      expect(await index.backlog()).toMatchObject({ waiting: 0, refused: 0 });
    },
  );

  test('of much that waits for a closed index a round reads a part, and the next what is behind', async () => {
    const prefix = `held-${process.pid}`;
    const index = open(prefix, { kinds: ['alert', 'comment'], heldPages: 1 });
    await index.round();
    await ask('POST', `${prefix}-alert-000001/_close`);
    // A page each, as batches of 500 and 200; two are read at once.
    const alerts = Array.from({ length: 3 }, () => Array.from({ length: 700 }, newAlert));
    for (const page of alerts) await index.saveAll(page);
    const comment = newComment();
    await index.saveAll([comment]);
    const expectWaiting = async (waiting: number) => {
      await expect(index.round()).rejects.toThrow(`these indices take no documents: ${prefix}-alert-000001`);
      expect(await index.backlog()).toMatchObject({ waiting, refused: 0 });
    };
    await expectWaiting(2_101);
    await expectWaiting(2_100);
    await expectWaiting(2_100);
    await ask('POST', `${prefix}-alert-000001/_open`);
    await index.round();
    await index.round();
    expect(await index.find(tenantId, 'kind:comment')).toEqual([comment.id]);
    expect(await index.backlog()).toMatchObject({ waiting: 0, refused: 0 });
  });
});
