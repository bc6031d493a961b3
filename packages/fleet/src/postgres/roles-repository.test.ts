import { randomUUID } from 'node:crypto';
import '../testing/provided.ts';
import { beforeAll, expect, inject, test } from 'vitest';
import { withConnection } from './connection.ts';
import { ensureDatabase, ensureRoles } from './roles-repository.ts';
import { ensureSchemas } from './schemas-repository.ts';

const database = `roles_${randomUUID().slice(0, 8)}`;
const roles = ['one', 'two'].map((name) => ({ schema: name, role: `${database}_${name}`, password: `of-${name}` }));
const [one, two] = roles.map(({ role, password }) => {
  const url = new URL(inject('postgresUrl'));
  Object.assign(url, { username: role, password, pathname: database });
  return url.href;
}) as [string, string]; // two roles above
const run = (url: string, text: string) => withConnection(url, (client) => client.query(text));

beforeAll(async () => {
  const admin = new URL(inject('postgresUrl'));
  const inDatabase = new URL(admin.href);
  inDatabase.pathname = database;
  for (const time of ['first', 'again']) {
    await ensureDatabase(admin.href, database);
    await ensureRoles(admin.href, time === 'first' ? roles.map((each) => ({ ...each, password: 'old' })) : roles);
    await ensureSchemas(inDatabase.href, database, roles);
  }
});

test('a service works in its own schema, which is the one its names mean', async () => {
  await run(one, 'create table thing (id int)');
  await run(one, 'insert into one.thing values (1)');
  expect((await run(one, 'select id from thing')).rows).toEqual([{ id: 1 }]);
});

test.each([
  ['read another schema', 'select * from one.thing'],
  ['make a table in another schema', 'create table one.mine (id int)'],
  ['make a table in the schema public', 'create table public.mine (id int)'],
  ['make a temporary table', 'create temporary table mine (id int)'],
  ['make a schema', 'create schema mine'],
  ['make a role', 'create role mine'],
])('a service cannot %s', async (_, text) => {
  await expect(run(two, text)).rejects.toThrow('permission denied');
});

test('a role of another database cannot connect', async () => {
  const elsewhere = `${database}_b`;
  await ensureDatabase(inject('postgresUrl'), elsewhere);
  const admin = new URL(inject('postgresUrl'));
  admin.pathname = elsewhere;
  await ensureSchemas(admin.href, elsewhere, []);
  const url = new URL(one);
  url.pathname = elsewhere;
  await expect(run(url.href, 'select 1')).rejects.toThrow('permission denied for database');
});
