import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { attribute } from '@soc/attack';
import type { Alert } from '@soc/contracts';
import { migrate, sql, type Tx } from '@soc/db-cluster';
import { createTestDatabase, exampleAlert, makeTemporaryDirectory } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertDocument } from '../domain/search-document.ts';
import { connectStorage, openStorageDatabase, type TestStorageDatabase } from '../storage-database.fixture.ts';
import { createPostgresSearchIndex } from './postgres-search-repository.ts';

const ALERTS = 200;
const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const HALF_EMPTY_PAGES = '0019';
const index = createPostgresSearchIndex();
let database: TestStorageDatabase;
beforeAll(async () => {
  database = await openStorageDatabase();
});
afterAll(() => database.close());

const newAlerts = (about: (place: number) => Partial<Alert>): readonly Alert[] =>
  Array.from({ length: ALERTS }, (_, place) => exampleAlert({ id: uuidv7(Date.now()), version: 1, ...about(place) }));

/** As the alert service stores what ai says of it. */
function analysed(alert: Alert): Alert {
  const { techniques, tactics } = attribute(alert);
  return {
    ...alert,
    version: alert.version + 1,
    score: 44,
    analysedAt: alert.occurredAt,
    techniques: [...new Set([...alert.techniques, ...techniques.map(({ id }) => id)])],
    tactics: [...new Set([...alert.tactics, ...tactics])],
  };
}

const save = (alerts: readonly Alert[], tx: Tx) => index.save(alerts.map(alertDocument), tx);

/** How many rows a save updated, and how many of those without a new entry in any index. */
async function updatesOf(alerts: readonly Alert[]): Promise<{ readonly all: number; readonly withoutIndex: number }> {
  return database.db.tx(async (tx) => {
    // What earlier transactions of the connection did may still be among what is counted.
    const counted = async () => {
      const [table] = await tx.query<{ all: number; hot: number }>(sql`
        select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_xact_user_tables
        where schemaname = 'storage' and relname = 'documents'`);
      return table ?? { all: 0, hot: 0 };
    };
    const before = await counted();
    await save(alerts, tx);
    const after = await counted();
    return { all: after.all - before.all, withoutIndex: after.hot - before.hot };
  });
}

const idsFoundBy = async (word: string, { write } = database.db): Promise<number> => {
  const query = { op: 'words', words: [word], prefix: false, in: 'document' } as const;
  const found = await index.search({ tenantId: 'default', query, limitRows: 4 * ALERTS }, write);
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  return found.length;
};

test.each([
  ['short', () => ({ title: 'Encoded PowerShell', tags: ['attack.t1027'], techniques: ['t1110'] })],
  // Long enough to be stored compressed.
  [
    'long',
    (place: number) => ({ title: 'Phishing', description: `word${place} at${place} `.repeat(60).slice(0, 990) }),
  ],
])(
  'the analysis of %s alerts writes no index entry: they were found by their techniques and tactics before',
  async (...given) => {
    const alerts = newAlerts(given[1]);
    await database.db.tx((tx) => save(alerts, tx));
    const [tactic] = attribute(alerts[0] as Alert).tactics; // there are some
    const foundBefore = await idsFoundBy(tactic ?? '');
    expect(foundBefore).toBeGreaterThanOrEqual(ALERTS);
    expect(await updatesOf(alerts.map(analysed))).toEqual({ all: ALERTS, withoutIndex: ALERTS });
    expect(await idsFoundBy(tactic ?? '')).toBe(foundBefore);
  },
);

test('an analysis that says more than was expected is searched: each alert is found once, by the new and by the old', async () => {
  const alerts = newAlerts(() => ({ title: 'Unremarkable' }));
  await database.db.tx((tx) => save(alerts, tx));
  expect(await idsFoundBy('sabotage')).toBe(0);
  const later = alerts.map((alert) => ({ ...analysed(alert), tactics: ['sabotage'] }));
  expect((await updatesOf(later)).all).toBe(ALERTS);
  expect(await idsFoundBy('sabotage')).toBe(ALERTS);
  expect(await idsFoundBy('unremarkable')).toBe(ALERTS);
});

test('an analysis that says less is searched too: what was expected in vain finds the alert no more', async () => {
  const alerts = newAlerts(() => ({ title: 'Phishing' }));
  const [tactic = ''] = attribute(alerts[0] as Alert).tactics; // there are some
  const foundBefore = await idsFoundBy(tactic);
  await database.db.tx((tx) => save(alerts, tx));
  expect(await idsFoundBy(tactic)).toBe(foundBefore + ALERTS);
  const { techniques, tactics } = exampleAlert();
  await database.db.tx((tx) =>
    save(
      alerts.map((alert) => ({ ...analysed(alert), techniques, tactics })),
      tx,
    ),
  );
  expect(await idsFoundBy(tactic)).toBe(foundBefore);
});

test('documents of before pages were left half empty are found, once, before and after they change', async () => {
  const temporary = await makeTemporaryDirectory('migrations');
  // A migration is known by this part of its path.
  const before = join(temporary.path, 'storage/migrations/');
  await mkdir(before, { recursive: true });
  for (const name of await readdir(MIGRATIONS)) {
    if (name < HALF_EMPTY_PAGES) await copyFile(new URL(name, MIGRATIONS), join(before, name));
  }
  const { url, drop } = await createTestDatabase('storage');
  const migrateBy = (directory: URL) =>
    migrate({ url, schema: 'storage', directories: [messagingMigrations, directory] });
  await migrateBy(pathToFileURL(before));
  const db = connectStorage(url);
  const alerts = newAlerts((place) => ({ title: place % 2 === 0 ? 'Phishing' : 'Unremarkable' }));
  await db.tx((tx) => save(alerts, tx));
  await migrateBy(MIGRATIONS);
  expect(await idsFoundBy('phishing', db)).toBe(ALERTS / 2);
  await db.tx((tx) => save(alerts.map(analysed), tx));
  expect(await idsFoundBy('phishing', db)).toBe(ALERTS / 2);
  expect(await idsFoundBy('unremarkable', db)).toBe(ALERTS / 2);
  await db.close();
  await drop();
  await temporary[Symbol.asyncDispose]();
});
