import { uuidv7 } from '@soc/contracts';
import { sql } from '@soc/db-cluster';
import { exampleAlert, waitFor } from '@soc/fleet/testing';
import { sharedSearchServer } from '@soc/fleet/testing/search-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertDocument, type SearchDocument } from '../../domain/search-document.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../../storage-database.fixture.ts';
import { indexMapping } from './mapping.ts';
import { createSearchClient } from './search-client.ts';
import { type DrivenIndex, openDrivenIndex } from './search-server.fixture.ts';
import { createSearchGenerations } from './search-generations-repository.ts';
import { createSearchIndices } from './search-indices.ts';
import { createSearchPending } from './search-pending-repository.ts';
import { createUpkeep } from './upkeep.ts';

const url = (await sharedSearchServer()) ?? '';
const tenantId = 'kept';
const WAIT = { deadlineMs: 50_000 };
const START_MS = Date.UTC(2026, 2, 1);

const alertsFrom = (startMs: number, count: number, title = 'Beacon'): readonly SearchDocument[] =>
  Array.from({ length: count }, (_, index) =>
    alertDocument(exampleAlert({ id: uuidv7(startMs + index), tenantId, title })),
  );
const idsOf = (documents: readonly SearchDocument[]): readonly string[] => documents.map(({ id }) => id).toSorted();
const newer = (document: SearchDocument, title: string): SearchDocument => ({
  ...document,
  title,
  version: document.version + 1,
});

describe.skipIf(url === '')('indices of the search server', () => {
  const generations = createSearchGenerations();
  let database: TestStorageDatabase;
  beforeAll(async () => {
    database = await openStorageDatabase();
  });
  afterAll(() => database.close());

  const removeIndices = async (prefix: string): Promise<void> => {
    await fetch(`${url}/${prefix}-*-0*`, { method: 'DELETE' });
    await fetch(`${url}/_index_template/${prefix}`, { method: 'DELETE' });
    for (const { indexName } of await generations.list(database.db.write)) {
      await generations.remove(database.db.write, indexName);
    }
    await database.db.write.query(sql`truncate storage.search_documents, storage.search_batches`);
  };
  const alertIndices = async (): Promise<readonly string[]> =>
    (await generations.list(database.db.write))
      .filter(({ kind }) => kind === 'alert')
      .map(({ indexName, state }) => `${indexName.slice(-6)} ${state}`);

  test('a full index is followed by another; a later version of what it holds goes to it, and is found once', async () => {
    let nowMs = START_MS;
    const prefix = `rolled-${process.pid}`;
    const index = openDrivenIndex(
      { db: database.db, url, now: () => new Date(nowMs) },
      { SEARCH_INDEX_PREFIX: prefix, SEARCH_ROLLOVER_DOCUMENTS: 5 },
    );
    const first = alertsFrom(START_MS, 5);
    await index.saveAll(first);
    await index.round();
    await fetch(`${url}/${prefix}-read/_refresh`, { method: 'POST' });
    await index.round();
    expect(await alertIndices()).toEqual(['000001 live', '000002 live']);
    nowMs += 3_600_000;
    const second = alertsFrom(nowMs, 2);
    await index.saveAll([...second, ...first.map((document) => newer(document, 'Renamed'))]);
    await index.round();
    expect(await index.find(tenantId, '*')).toEqual(idsOf([...first, ...second]));
    expect(await index.find(tenantId, 'title:renamed')).toEqual(idsOf(first));
    expect(await countIn(`${prefix}-alert-000002`)).toBe(2);

    // An index that retention has emptied goes, the newest stays; and so does one that was written to in this second.
    const emptied = () =>
      index.purge({ tenantId, kind: 'alert', before: '2030-01-01T00:00:00.000Z', dryRun: false }, database.db.write);
    await emptied();
    await fetch(`${url}/${prefix}-alert-000001/_doc/late`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tenantId, kind: 'alert', occurredAt: '2026-03-01T00:00:00.000Z' }),
    });
    await index.round();
    expect(await alertIndices()).toEqual(['000001 live', '000002 live']);
    await emptied();
    await index.round();
    expect(await alertIndices()).toEqual(['000002 live']);
    expect((await fetch(`${url}/${prefix}-alert-000001`)).status).toBe(404);
    await index.worker.stop();
    await removeIndices(prefix);
  });

  const countIn = async (index: string): Promise<number> => {
    const answer = await fetch(`${url}/${index}/_count`);
    return ((await answer.json()) as { count: number }).count;
  };

  /** How far the move to another mapping is. */
  const phaseOf = (known: Awaited<ReturnType<typeof generations.list>>): string => {
    const building = known.find(({ state }) => state === 'building');
    if (building) return building.copyTask === null ? 'built' : 'copying';
    return known.every(({ mapping, state }) => mapping === indexMapping.name && state === 'live')
      ? 'moved'
      : 'replaced';
  };

  /** Changes something before each round, which sends it at the end; gives back in which phases something was sent. */
  const untilMoved = async (index: DrivenIndex, change: () => Promise<void>, look: () => Promise<void>) => {
    const sentIn = new Set<string>();
    for (let rounds = 0; rounds < 400; rounds++) {
      await change();
      await index.round();
      await look();
      sentIn.add(phaseOf(await generations.list(database.db.write)));
      if (sentIn.has('moved')) return [...sentIn];
    }
    throw new Error('not moved in 400 rounds');
  };

  test('a new mapping: every document is copied while all are found, once, and changes meanwhile are not undone', async () => {
    const prefix = `moved-${process.pid}`;
    const settings = { SEARCH_INDEX_PREFIX: prefix };
    const { fields: _, ...properties } = (indexMapping.mappings as { properties: Record<string, object> }).properties;
    const oldMapping = { ...indexMapping, name: 'old', mappings: { dynamic: false, properties } };
    const before = openDrivenIndex({ db: database.db, url }, settings, { mapping: oldMapping });
    const documents = alertsFrom(START_MS, 40);
    await before.saveAll(documents);
    await before.round();
    expect(await before.find(tenantId, 'host:dc01 or severity:high')).toEqual([]);
    await before.worker.stop();

    const after = openDrivenIndex({ db: database.db, url }, settings);
    const all = [...documents];
    const renamed: SearchDocument[] = [];
    const change = async () => {
      const fresh = alertsFrom(START_MS + 1_000 + all.length, 1);
      const changed = documents[renamed.length];
      await after.saveAll([...fresh, ...(changed ? [newer(changed, 'Renamed')] : [])]);
      all.push(...fresh);
      if (changed) renamed.push(changed);
    };
    const look = async () => {
      expect(await after.find(tenantId, '*')).toEqual(idsOf(all));
      expect(await after.find(tenantId, 'title:renamed')).toEqual(idsOf(renamed));
    };
    // Before the copy, after it has begun, and once what it made is found in place of the old one: however fast the server is.
    expect(await untilMoved(after, change, look)).toEqual(['built', 'copying', 'replaced', 'moved']);
    expect(await after.find(tenantId, 'severity:high')).toEqual(idsOf(all));
    expect((await fetch(`${url}/${prefix}-alert-000001`)).status).toBe(404);
    await after.worker.stop();
    await removeIndices(prefix);
  });

  test('an index that was replaced is found once, also while that could not be written down', async () => {
    const prefix = `swapped-${process.pid}`;
    const settings = { SEARCH_INDEX_PREFIX: prefix };
    const index = openDrivenIndex({ db: database.db, url }, settings, { mapping: { ...indexMapping, name: 'old' } });
    const documents = alertsFrom(START_MS, 3);
    await index.saveAll(documents);
    await index.round();
    const client = createSearchClient({ urls: [url] });
    const upkeep = createUpkeep({
      db: database.db,
      generations: { ...generations, replace: () => Promise.reject(new Error('the database is away')) },
      pending: createSearchPending(),
      indices: createSearchIndices(client, prefix, indexMapping),
      prefix,
      kinds: ['alert'],
      mapping: indexMapping.name,
      rolloverDocuments: 1_000_000,
      now: () => new Date(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const untilReplaced = async (): Promise<void> => {
      for (let rounds = 0; rounds < 400; rounds++) await upkeep.round(() => Promise.resolve(true));
    };
    await expect(untilReplaced()).rejects.toThrow('the database is away');
    expect(await alertIndices()).toEqual(['000001 live', '000002 building']);
    expect(await index.find(tenantId, '*')).toEqual(idsOf(documents));
    await upkeep.ensure(() => Promise.resolve(true));
    expect(await index.find(tenantId, '*')).toEqual(idsOf(documents));
    await client.close();
    await index.worker.stop();
    await removeIndices(prefix);
  });

  const purgeAll = (index: DrivenIndex, dryRun: boolean) =>
    index.purge({ tenantId, kind: 'alert', before: '2030-01-01T00:00:00.000Z', dryRun }, database.db.write);

  test('before the first index is made nothing is found, and nothing is too old', async () => {
    const index = openDrivenIndex({ db: database.db, url }, { SEARCH_INDEX_PREFIX: `unmade-${process.pid}` });
    expect(await index.find(tenantId, '*')).toEqual([]);
    expect([await purgeAll(index, true), await purgeAll(index, false)]).toEqual([{ count: 0 }, { count: 0 }]);
    await index.worker.stop();
  });

  test('a purge counts each document once, also while all are copied, and leaves none in the copy', async () => {
    const prefix = `copied-${process.pid}`;
    const settings = { SEARCH_INDEX_PREFIX: prefix };
    const before = openDrivenIndex({ db: database.db, url }, settings, { mapping: { ...indexMapping, name: 'old' } });
    const documents = alertsFrom(START_MS, 5);
    await before.saveAll(documents);
    await before.round();
    const after = openDrivenIndex({ db: database.db, url }, settings);
    await after.round();
    await after.saveAll(documents.map((document) => newer(document, 'Renamed')));
    await after.round(); // begins the copy, and sends these to both
    await waitFor(async () => {
      const copy = (await generations.list(database.db.write)).find(({ copyTask }) => copyTask !== null);
      const answer = await fetch(`${url}/_tasks/${copy?.copyTask ?? ''}`);
      return ((await answer.json()) as { completed: boolean }).completed;
    }, WAIT);
    expect(await alertIndices()).toEqual(['000001 live', '000002 building']);
    expect(await after.find(tenantId, '*')).toEqual(idsOf(documents));
    await fetch(`${url}/${prefix}-alert-000002/_refresh`, { method: 'POST' });
    expect(await countIn(`${prefix}-alert-000002`)).toBe(5);
    expect([await purgeAll(after, true), await purgeAll(after, false)]).toEqual([{ count: 5 }, { count: 5 }]);
    expect([await countIn(`${prefix}-alert-000001`), await countIn(`${prefix}-alert-000002`)]).toEqual([0, 0]);
    await Promise.all([before.worker.stop(), after.worker.stop()]);
    await removeIndices(prefix);
  });

  test('a server that has lost what it was sent is sent it again, in the last version and without what was purged', async () => {
    const prefix = `rebuilt-${process.pid}`;
    const index = openDrivenIndex({ db: database.db, url }, { SEARCH_INDEX_PREFIX: prefix });
    const [first, ...others] = alertsFrom(START_MS, 3);
    const old = alertDocument(exampleAlert({ id: uuidv7(START_MS), tenantId, occurredAt: '2020-01-01T00:00:00.000Z' }));
    if (!first) throw new Error('three were made');
    await index.saveAll([first, ...others, old]);
    await index.round();
    await index.saveAll([newer(first, 'Renamed')]);
    await index.round();
    expect(await index.find(tenantId, '*')).toEqual(idsOf([first, ...others, old]));
    await index.purge(
      { tenantId, kind: 'alert', before: '2021-01-01T00:00:00.000Z', dryRun: false },
      database.db.write,
    );
    expect(await index.backlog()).toMatchObject({ waiting: 0 });

    await fetch(`${url}/${prefix}-alert-000001`, { method: 'DELETE' });
    await expect(index.find(tenantId, '*')).rejects.toThrow('index_not_found_exception');
    const resent = createSearchPending().resend(database.db.write, ['alert'], () => Promise.resolve(false));
    await expect(resent).rejects.toThrow('another process feeds');
    expect(await index.backlog()).toMatchObject({ waiting: 0 });
    // Nothing new comes: looking after the indices alone tells.
    await index.round();
    expect(await index.find(tenantId, '*')).toEqual(idsOf([first, ...others]));
    expect(await index.find(tenantId, 'title:renamed')).toEqual([first.id]);
    expect(await index.backlog()).toMatchObject({ waiting: 0 });
    await index.worker.stop();
    await removeIndices(prefix);
  });

  test('an index that was replaced by another of its name and aliases is noticed by the next look, and filled again', async () => {
    const prefix = `replaced-${process.pid}`;
    const index = openDrivenIndex({ db: database.db, url }, { SEARCH_INDEX_PREFIX: prefix });
    const documents = alertsFrom(START_MS, 3);
    await index.saveAll(documents);
    await index.round();
    await fetch(`${url}/${prefix}-alert-000001`, { method: 'DELETE' });
    await fetch(`${url}/${prefix}-alert-000001`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ aliases: { [`${prefix}-read`]: {}, [`${prefix}-alert-000001-write`]: {} } }),
    });
    expect(await index.find(tenantId, '*')).toEqual([]);
    await index.round();
    expect(await index.find(tenantId, '*')).toEqual(idsOf(documents));
    await index.worker.stop();
    await removeIndices(prefix);
  });

  test('what the server has lost is made again, and nothing goes to an index of its own making', async () => {
    const prefix = `lost-${process.pid}`;
    const index = openDrivenIndex({ db: database.db, url }, { SEARCH_INDEX_PREFIX: prefix });
    await index.round();
    await fetch(`${url}/${prefix}-alert-000001`, { method: 'DELETE' });
    const documents = alertsFrom(START_MS, 3);
    await index.saveAll(documents);
    await index.round().catch(() => undefined);
    await index.round();
    expect(await index.find(tenantId, 'severity:high')).toEqual(idsOf(documents));
    await index.worker.stop();
    await removeIndices(prefix);
  });
});
