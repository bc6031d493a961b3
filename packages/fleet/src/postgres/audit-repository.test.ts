import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withConnection } from './connection.ts';
import { createMigratedDatabase, type MigratedDatabase } from './migrated-database.fixture.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
}, 60_000);
afterAll(() => database.drop());

const asAuth = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
  withConnection(database.urlOf('auth'), async (client) => (await client.query<Row>(text, values)).rows);
const asAdmin = (text: string) => withConnection(database.adminUrl, (client) => client.query(text));

const addUser = (id: string) =>
  asAuth(
    `insert into auth.users (id, tenant_id, email, display_name, password_hash, roles, active, version, created_at, updated_at)
     values ($1::uuid, 'default', $1::text || '@example.org', 'Ann', 'argon2id of a password', '{viewer}', true, 1, now(), now())`,
    [id],
  );
const changesOf = (id: string) => asAuth('select * from audit.changes where row_id = $1 order by id', [id]);
const idOf = (last: number): string => `00000000-0000-7000-8000-00000000000${last}`;

test('who changed which account, how and on whose behalf is written down, without its password', async () => {
  await addUser(idOf(1));
  await withConnection(database.urlOf('auth'), (client) =>
    client.query(`begin; set local role soc_auth_tenant; set local soc.tenant = 'default'; set local soc.actor = 'user ann';
      set local soc.correlation = 'request-7';
      update auth.users set roles = '{admin}', password_hash = 'another', updated_at = now(); commit`),
  );
  const [made, changed] = await changesOf(idOf(1));
  expect(made).toMatchObject({
    operation: 'insert',
    before: null,
    after: { email: `${idOf(1)}@example.org`, password_hash: '[redacted]', roles: ['viewer'] },
    acting_role: 'soc_auth',
    actor: null,
  });
  expect(changed).toMatchObject({
    operation: 'update',
    schema_name: 'auth',
    table_name: 'users',
    tenant_id: 'default',
    before: { roles: ['viewer'], password_hash: '[redacted]' },
    after: { roles: ['admin'], password_hash: '[redacted]' },
    login_role: 'soc_auth',
    acting_role: 'soc_auth_tenant',
    application: 'soc-fleet',
    scope_tenant: 'default',
    actor: 'user ann',
    correlation_id: 'request-7',
  });
  expect(Object.keys(changed?.['after'] as object)).not.toContain('email');
});

test('what is no news leaves no trace, and emptying a table does', async () => {
  await addUser(idOf(2));
  await asAuth(`update auth.users set last_login_at = now() where id = '${idOf(2)}'`);
  expect(await changesOf(idOf(2))).toHaveLength(1);
  await asAuth('truncate auth.users cascade');
  const emptied = await asAuth(`select table_name from audit.changes where operation = 'truncate'`);
  expect(emptied.map((row) => row['table_name'])).toEqual(expect.arrayContaining(['users', 'sessions', 'api_keys']));
});

test('a session that is refreshed leaves no trace, and one that is lengthened otherwise does', async () => {
  const [user, session] = [idOf(7), idOf(8)];
  await addUser(user);
  await asAuth(
    `insert into auth.sessions (id, tenant_id, user_id, created_at, last_used_at, expires_at)
     values ($1, 'default', $2, now(), now() - interval '1 hour', now() + interval '7 days')`,
    [session, user],
  );
  const change = (text: string) => asAuth(`update auth.sessions set ${text} where id = '${session}'`);
  await change(`last_used_at = last_used_at + interval '1 hour', expires_at = expires_at + interval '1 hour'`);
  await change(`last_used_at = last_used_at + interval '1 second'`);
  expect(await changesOf(session)).toMatchObject([{ operation: 'insert' }]);
  await change(`expires_at = expires_at + interval '1 year'`);
  await change(`last_used_at = last_used_at + interval '1 year', expires_at = expires_at + interval '1 year'`);
  await change(`revoked_at = now(), expires_at = expires_at + interval '1 year'`);
  const [, ...changes] = await changesOf(session);
  expect(changes.map(({ after }) => Object.keys(after as object).toSorted())).toEqual([
    ['expires_at'],
    ['expires_at', 'last_used_at'],
    ['expires_at', 'revoked_at'],
  ]);
});

test('what is rolled back was not done', async () => {
  await withConnection(database.urlOf('auth'), (client) =>
    client.query(`begin; insert into auth.users select '${idOf(3)}', 'default', 'x@example.org', 'X', 'hash', '{}', true, 1, now(),
      now(); rollback`),
  );
  expect(await changesOf(idOf(3))).toEqual([]);
});

test.each([
  ['change it', `update audit.changes set actor = 'nobody'`],
  ['delete from it', 'delete from audit.changes'],
  ['empty it', 'truncate audit.changes'],
  [
    'write into it',
    `insert into audit.changes (schema_name, table_name, operation) values ('auth', 'users', 'insert')`,
  ],
  ['drop it', 'drop table audit.changes'],
  ['lock the trigger out', 'drop function audit.record_change() cascade'],
  ['replace the trigger', 'alter function audit.record_change() security invoker'],
  ['become its owner', 'set role soc_audit'],
  ['read it as a tenant', 'set role soc_auth_tenant; select * from audit.changes'],
])('the service whose tables are watched cannot %s', async (_, text) => {
  await expect(asAuth(text)).rejects.toThrow(/permission denied|must be owner/);
});

test('a service reads what concerns its own schema only', async () => {
  await addUser(idOf(4));
  expect(await changesOf(idOf(4))).toHaveLength(1);
  const seen = await withConnection(database.urlOf('alert'), (client) => client.query('select from audit.changes'));
  expect(seen.rowCount).toBe(0);
});

test('what is older than 400 days may be forgotten, and nothing younger', async () => {
  await addUser(idOf(5));
  await addUser(idOf(6));
  await asAdmin(`update audit.changes set at = now() - interval '401 days' where row_id = '${idOf(5)}'`);
  await asAuth('select audit.forget_old_changes()');
  expect(await changesOf(idOf(5))).toEqual([]);
  expect(await changesOf(idOf(6))).toHaveLength(1);
});
