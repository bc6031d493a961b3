import { uuidv7 } from '@soc/contracts';
import { exampleAlert } from '@soc/fleet/testing';
import { sharedSearchServer } from '@soc/fleet/testing/search-server';
import { sql } from '@soc/db-cluster';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertDocument, type SearchDocument } from '../../domain/search-document.ts';
import { SearchUnavailableError } from '../../ports/search-index.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../../storage-database.fixture.ts';
import { openDrivenIndex } from './search-server.fixture.ts';

const url = (await sharedSearchServer()) ?? '';
const tenantId = 'purged';
const START_MS = Date.UTC(2026, 2, 1);

describe.skipIf(url === '')('what is too old on a search server', () => {
  const prefix = `purged-${process.pid}`;
  let database: TestStorageDatabase;
  beforeAll(async () => {
    database = await openStorageDatabase();
  });
  afterAll(async () => {
    await fetch(`${url}/${prefix}-*-0*?expand_wildcards=all`, { method: 'DELETE' });
    await fetch(`${url}/_index_template/${prefix}`, { method: 'DELETE' });
    await database.close();
  });

  test('an index that is closed keeps purges of its own kind waiting, and of no other', async () => {
    let nowMs = START_MS;
    const index = openDrivenIndex(
      { db: database.db, url, now: () => new Date(nowMs) },
      { SEARCH_INDEX_PREFIX: prefix, SEARCH_ROLLOVER_DOCUMENTS: 2 },
      { kinds: ['alert', 'comment'] },
    );
    const made = (kind: SearchDocument['kind'], count: number): readonly SearchDocument[] =>
      Array.from({ length: count }, (_, number) => ({
        ...alertDocument(exampleAlert({ id: uuidv7(nowMs + number), tenantId })),
        kind,
      }));
    await index.saveAll([...made('alert', 2), ...made('comment', 1)]);
    await index.round();
    await fetch(`${url}/${prefix}-read/_refresh`, { method: 'POST' });
    await index.round(); // rolls over
    nowMs += 3_600_000;
    await index.saveAll(made('alert', 1));
    await index.round();
    // As of documents that were sent before PostgreSQL kept them: only the server knows.
    await database.db.write.query(sql`delete from storage.search_documents`);
    await fetch(`${url}/${prefix}-read/_refresh`, { method: 'POST' });

    const purge = (kind: SearchDocument['kind'], dryRun: boolean) =>
      index.purge({ tenantId, kind, before: '2030-01-01T00:00:00.000Z', dryRun }, database.db.write);
    expect((await purge('alert', true)).count).toBe(3);
    await fetch(`${url}/${prefix}-alert-000001/_close`, { method: 'POST' });
    expect([await purge('comment', true), await purge('comment', false)]).toEqual([{ count: 1 }, { count: 1 }]);
    await expect(purge('alert', true)).rejects.toThrow(SearchUnavailableError);
    await expect(purge('alert', false)).rejects.toThrow('index_closed_exception');
    await fetch(`${url}/${prefix}-alert-000001/_open?wait_for_active_shards=1`, { method: 'POST' });
    // What its other index had is gone already.
    expect([await purge('alert', false), await purge('alert', true)]).toEqual([{ count: 2 }, { count: 0 }]);
    await index.worker.stop();
  });
});
