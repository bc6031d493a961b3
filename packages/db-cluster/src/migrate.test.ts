import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTestDatabase, makeTemporaryDirectory, type TestDatabase } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createRegistry } from '@soc/monitoring';
import { createDbCluster, migrate, migrationStatus, MigrationTurnError, NoPrimaryError, sql } from './index.ts';

let database: TestDatabase;
let temporary: Awaited<ReturnType<typeof makeTemporaryDirectory>>;

beforeAll(async () => {
  database = await createTestDatabase('intel');
  temporary = await makeTemporaryDirectory('migrations');
});
afterAll(async () => {
  await database.drop();
  await temporary[Symbol.asyncDispose]();
});

async function folder(name: string, files: Readonly<Record<string, string>>) {
  const path = join(temporary.path, name, 'migrations');
  await mkdir(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return { url: database.url, schema: 'intel', directories: [pathToFileURL(`${path}/`)], path };
}

test('migrations run once, in order, in their schema, also when several start at once', async () => {
  const options = await folder('ordered', {
    '0002-fill.sql': 'insert into things values (1); insert into things values (2)',
    '0001-things.sql': 'create table things (id int)',
    'README.md': 'not a migration',
  });
  const applied = await Promise.all([migrate(options), migrate(options), migrate(options)]);
  expect(applied.flat()).toEqual(['ordered/0001-things', 'ordered/0002-fill']);
  expect(await migrationStatus(options)).toEqual({
    schema: 'intel',
    applied: ['ordered/0001-things', 'ordered/0002-fill'],
    pending: [],
    drifted: [],
  });
});

test('a file that changed after it was applied is refused by name', async () => {
  const options = await folder('ordered', { '0001-things.sql': 'create table things (id bigint)' });
  await expect(migrate(options)).rejects.toThrow('ordered/0001-things');
  expect((await migrationStatus(options)).drifted).toEqual(['ordered/0001-things']);
  await folder('ordered', { '0001-things.sql': 'create table things (id int)' });
});

test('a migration that fails leaves nothing of itself behind and is named', async () => {
  const ordered = await folder('ordered', {});
  const broken = await folder('broken', { '0001-half.sql': 'create table half (id int); select 1 / 0' });
  const both = { ...broken, directories: [...ordered.directories, ...broken.directories] };
  await expect(migrate(both)).rejects.toThrow('broken/0001-half failed: division by zero');
  expect((await migrationStatus(both)).pending).toEqual(['broken/0001-half']);
  await rm(broken.path, { recursive: true });
});

/** Migrations in a database of their own, and a cluster that uses it meanwhile. */
async function startOwn(name: string, files: Readonly<Record<string, string>>) {
  const own = await createTestDatabase('intel');
  const traffic = createDbCluster({
    primaryUrl: own.url,
    replicaUrls: [],
    applicationName: 'traffic',
    registry: createRegistry('intel', 'test'),
    onError: () => undefined,
  });
  const stop = async (): Promise<void> => {
    await traffic.close();
    await own.drop();
  };
  onTestFinished(stop);
  return { options: { ...(await folder(name, files)), url: own.url }, db: traffic };
}

test('the primary is found among the servers, whichever is named first', async () => {
  const { options } = await startOwn('found', { '0001-a.sql': 'create table a (id int)' });
  const servers = { url: 'postgres://nobody@127.0.0.1:1/soc', otherUrls: [options.url] };
  expect(await migrate({ ...options, ...servers })).toEqual(['found/0001-a']);
  expect(await migrationStatus({ ...options, ...servers })).toMatchObject({ applied: ['found/0001-a'], pending: [] });
});

test('without a primary in time, why there is none is told', async () => {
  const options = await folder('ordered', {});
  const nowhere = migrate({ ...options, url: 'postgres://nobody@127.0.0.1:1/soc', primaryWaitMs: 300 });
  await expect(nowhere).rejects.toThrow(/no primary to migrate: .*ECONNREFUSED/);
  await expect(nowhere).rejects.toBeInstanceOf(NoPrimaryError);
});

test('whoever waits too long for another that migrates the schema is told by whom', async () => {
  const { options, db } = await startOwn('turns', { '0001-a.sql': 'create table a (id int)' });
  await db.tx(async (tx) => {
    const [holder] = await tx.query<{ pid: number }>(
      sql`select pg_backend_pid() as pid from pg_advisory_xact_lock(hashtext('soc-migrate:intel'))`,
    );
    const late = migrate({ ...options, turnWaitMs: 300 });
    await expect(late).rejects.toThrow(`intel has been migrated by process ${holder?.pid}`);
    await expect(late).rejects.toBeInstanceOf(MigrationTurnError);
  });
  expect(await migrate(options)).toEqual(['turns/0001-a']);
});

test('a migration that needs a lock in use lets others pass, and is applied when the lock is free', async () => {
  const { options, db } = await startOwn('busy', { '0001-a.sql': 'create table a (id int)' });
  await migrate(options);
  await folder('busy', { '0002-b.sql': 'alter table a add column b int' });
  let migrating: Promise<readonly string[]> | undefined;
  await db.tx(async (tx) => {
    await tx.query(sql`select id from intel.a`);
    migrating = migrate({ ...options, lockTimeoutMs: 100, lockAttempts: 1_000 });
    const waits = sql`select 1 as one from pg_stat_activity where datname = current_database()
      and wait_event_type = 'Lock' and query like 'alter table a %'`;
    await expect.poll(() => db.write.query(waits), { timeout: 10_000, interval: 20 }).toEqual([{ one: 1 }]);
    // It stands before this statement in the queue for the table, but not for longer than its lock timeout.
    await db.write.query(sql`select id from intel.a`, { timeoutMs: 10_000 });
  });
  expect(await migrating).toEqual(['busy/0002-b']);
});

test('a migration that never gets its lock gives up, and says how often it tried', async () => {
  const { options, db } = await startOwn('stuck', { '0001-a.sql': 'create table a (id int)' });
  await migrate(options);
  await folder('stuck', { '0002-b.sql': 'alter table a add column b int' });
  await db.tx(async (tx) => {
    await tx.query(sql`select id from intel.a`);
    const stuck = migrate({ ...options, lockTimeoutMs: 50, lockAttempts: 3 });
    await expect(stuck).rejects.toThrow(/stuck\/0002-b failed after 3 attempts: .*lock timeout/);
  });
  expect((await migrationStatus(options)).pending).toEqual(['stuck/0002-b']);
});

test('a statement of a migration that takes too long is cancelled, and leaves nothing behind', async () => {
  const { options, db } = await startOwn('slow', { '0001-a.sql': 'create table a (id int); select pg_sleep(30)' });
  await expect(migrate({ ...options, statementTimeoutMs: 100 })).rejects.toThrow(
    /slow\/0001-a failed: .*statement timeout/,
  );
  expect(await db.write.query(sql`select to_regclass('intel.a')::text as a`)).toEqual([{ a: null }]);
});

test('a migration whose connection is lost goes on where it was, once', async () => {
  const { options, db } = await startOwn('lossy', {
    '0001-a.sql': 'create table a (id int)',
    '0002-b.sql': 'create table b (id int); select pg_sleep(1)',
  });
  const migrating = migrate(options);
  const end = sql`select pg_terminate_backend(pid) as ended from pg_stat_activity
    where datname = current_database() and query like 'create table b (id int); select pg_sleep%'`;
  await expect.poll(() => db.write.query(end), { timeout: 10_000, interval: 20 }).toEqual([{ ended: true }]);
  expect(await migrating).toEqual(['lossy/0001-a', 'lossy/0002-b']);
});
