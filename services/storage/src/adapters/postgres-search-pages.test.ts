import { joinSql, sql } from '@soc/db-cluster';
import { exampleAlert } from '@soc/fleet/testing';
import { uuidv7 } from '@soc/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertDocument } from '../domain/search-document.ts';
import type { Query } from '../domain/query/query.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../storage-database.fixture.ts';
import { inNewestPart } from './newest-part-repository.ts';
import { createPostgresSearchIndex } from './postgres-search-repository.ts';

const ALERTS = 2_000;
const BEGIN_MS = Date.UTC(2026, 2, 1);
const index = createPostgresSearchIndex();
let database: TestStorageDatabase;

/** Of the alert so many places before the newest; in the part that is looked at first there are some 130. */
const wordsAt = (place: number): readonly string[] => [
  'everywhere',
  ...(place % 5 === 0 ? ['spread'] : []),
  ...(place < 6 || place > ALERTS / 2 ? ['clumped'] : []),
  ...(place < 3 || place % 400 === 0 ? ['seldom'] : []),
  ...(place === ALERTS - 1 ? ['oldest'] : []),
];

beforeAll(async () => {
  database = await openStorageDatabase();
  const documents = Array.from({ length: ALERTS }, (_, at) => {
    // Two at a time, so that the id decides between them.
    const atMs = BEGIN_MS + Math.floor(at / 2) * 60_000;
    const title = `Alert ${wordsAt(ALERTS - 1 - at).join(' ')}`;
    return alertDocument(exampleAlert({ id: uuidv7(atMs), title, occurredAt: new Date(atMs).toISOString() }));
  });
  await database.db.tx((tx) => index.save(documents, tx));
});
afterAll(() => database.close());

const wordQuery = (word: string): Query => ({ op: 'words', words: [word], prefix: false, in: 'document' });

const pagesOf = async (word: string, limitRows: number, from?: string): Promise<readonly string[]> => {
  const query = wordQuery(word);
  const found: string[] = [];
  let after: { occurredAt: string; id: string } | undefined;
  for (;;) {
    const page = await index.search(
      { tenantId: 'default', query, limitRows, ...(after && { after }), ...(from && { from }) },
      database.db.write,
    );
    found.push(...page.map(({ id }) => id));
    after = page.at(-1);
    if (page.length < limitRows) return found;
  }
};

const WORDS = ['everywhere', 'spread', 'clumped', 'seldom', 'oldest', 'nowhere'];

test.each(WORDS)('page by page, all that have the word %s are found, once and the newest first', async (word) => {
  const rows = await database.db.write.query<{ id: string }>(sql`
      select id from storage.documents where title like ${`% ${word}%`} order by occurred_at desc, id desc`);
  const all = rows.map(({ id }) => id);
  expect(await pagesOf(word, 51)).toEqual(all);
  expect(await pagesOf(word, 400)).toEqual(all);
});

test('nothing from before the time that was asked for is found', async () => {
  const last = BEGIN_MS + (ALERTS / 2 - 1) * 60_000;
  expect(await pagesOf('everywhere', 51, new Date(last).toISOString())).toHaveLength(2);
  expect(await pagesOf('spread', 51, new Date(BEGIN_MS + 1).toISOString())).toHaveLength(400);
});

test.each(WORDS)(
  'of all that have the word %s the newest are counted, each once, and it is said whether that is all',
  async (word) => {
    const bound = 100;
    const counting = createPostgresSearchIndex({ facetDocuments: bound, histogramDocuments: bound });
    const rows = await database.db.write.query<{ id: string; hour: string }>(sql`
    select id, date_trunc('hour', occurred_at) as hour from storage.documents where title like ${`% ${word}%`}
    order by occurred_at desc, id desc`);
    const newest = rows.slice(0, bound);
    const tally = { counted: newest.length, isComplete: rows.length <= bound };
    const scope = { tenantId: 'default', query: wordQuery(word) };
    const facets = await counting.facets(
      { ...scope, fields: ['kind', 'id'], limitValues: bound * 2 },
      database.db.write,
    );
    expect(facets).toEqual({
      ...tally,
      values: {
        kind: newest.length === 0 ? [] : [{ value: 'alert', count: newest.length }],
        id: newest.map(({ id }) => ({ value: id, count: 1 })).toSorted((a, b) => (a.value < b.value ? -1 : 1)),
      },
    });
    const hours = Map.groupBy(newest.toReversed(), ({ hour }) => new Date(hour).toISOString());
    expect(await counting.histogram({ ...scope, stepS: 3_600 }, database.db.write)).toEqual({
      ...tally,
      steps: [...hours].map(([at, { length }]) => ({ at, count: length })),
    });
  },
);

/** How many documents are in the part of a new tenant's time that is looked at first, when it has alerts of these times. */
async function lookedAtFirst(tenantId: string, times: readonly string[]): Promise<number> {
  const documents = times.map((occurredAt) =>
    alertDocument(exampleAlert({ id: uuidv7(BEGIN_MS), tenantId, occurredAt })),
  );
  await database.db.tx((tx) => index.save(documents, tx));
  const read = database.db.write;
  return inNewestPart(
    { scope: { tenantId, query: wordQuery('everywhere') }, wantedRows: 1 },
    read,
    async ({ within }) => {
      const [row] = await read.query<{ count: number }>(sql`
        select count(*)::int as count from storage.documents
        where ${joinSql([sql`tenant_id = ${tenantId}`, ...within], ' and ')}`);
      return row?.count ?? 0;
    },
    (found) => found,
  );
}

const minutesFrom = (beginMs: number, minutes: number): readonly string[] =>
  Array.from({ length: minutes }, (_, at) => new Date(beginMs + at * 60_000).toISOString());

test.each(['1980-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z'])(
  'an alert of %s changes little of how many documents are looked at first',
  async (odd) => {
    const count = await lookedAtFirst(`odd-${odd.slice(0, 4)}`, [...minutesFrom(BEGIN_MS, 1_000), odd]);
    // The hundred that do not tell, and a 64th of the time of the others.
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThan(130);
  },
);

test('many alerts of tomorrow do not keep those of today from being looked at first', async () => {
  const nowMs = Date.now();
  const ahead = minutesFrom(nowMs + 20 * 3_600_000, 150);
  const count = await lookedAtFirst('odd-tomorrow', [...minutesFrom(nowMs - 1_000 * 60_000, 1_000), ...ahead]);
  expect(count).toBeGreaterThan(ahead.length + 5);
  expect(count).toBeLessThan(ahead.length + 30);
});
