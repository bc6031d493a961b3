import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTestDatabase, makeTemporaryDirectory, type TestDatabase } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, migrationStatus } from './index.ts';

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
