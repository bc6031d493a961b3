import { tenantRoleOf } from '@soc/db-cluster';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withConnection } from './connection.ts';
import { createMigratedDatabase, type MigratedDatabase } from './migrated-database.fixture.ts';
import { roleOf } from './roles-repository.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
}, 60_000);
afterAll(() => database.drop());

const query = <Row extends pg.QueryResultRow>(url: string, text: string, values: readonly unknown[] = []) =>
  withConnection(url, async (client) => (await client.query<Row>(text, [...values])).rows);

/** What a tenant sees nothing of, and why there is no tenant to ask for. */
const WITHOUT_TENANT: Readonly<Record<string, string>> = {
  schema_migrations: 'which migrations ran is the business of the owner',
  outbox: 'a tenant may add to it and read back a position, by column; never what was published',
  inbox: 'events that were handled, known by their ids alone',
  dead_letters: 'events of all tenants, which who runs the fleet looks after',
  bus_trail: 'what happened to events of all tenants, a row a batch',
  bus_replays: 'what who runs the fleet has asked to be delivered again',
  ordered_leases: 'which process keeps the order',
  ordered_waiting: 'sealed events of all tenants that wait for their turn',
  'storage.metric_spool': 'compressed points of all tenants on their way to InfluxDB',
  'storage.metric_refused_lines': 'what InfluxDB refused, for who runs the fleet',
  'storage.search_generations': 'the indices of the search server, which hold documents of all tenants',
  'storage.search_batches': 'how much was saved together and waits for the search server, by a number',
  'storage.search_indexers': 'which process feeds the search server',
  'auth.login_failures': 'whoever fails to log in is nobody yet',
};
const isWithoutTenant = (schema: string, table: string): boolean =>
  table in WITHOUT_TENANT || `${schema}.${table}` in WITHOUT_TENANT;

interface Table {
  readonly schema: string;
  readonly table: string;
  readonly secured: boolean;
  readonly policies: readonly string[];
}

const tables = () =>
  query<Table>(
    database.adminUrl,
    `select n.nspname as schema, c.relname as table, c.relrowsecurity as secured,
       array(select pg_get_expr(polqual, polrelid) from pg_policy where polrelid = c.oid) as policies
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = any($1)`,
    [database.schemas],
  );

const privileges = (schema: string, table: string) =>
  query<{ privilege: string }>(
    database.adminUrl,
    `select privilege from unnest('{select,insert,update,delete,truncate,references,trigger,maintain}'::text[]) as privilege
     where has_table_privilege($1, $2::regclass, privilege)`,
    [tenantRoleOf(roleOf(schema)), `${schema}.${table}`],
  );

test('every table with a tenant shows a tenant its own rows only; what has none shows it nothing', async () => {
  const found = await tables();
  expect(new Set(found.map(({ schema }) => schema))).toEqual(new Set(database.schemas));
  const open = found.filter(
    ({ schema, table, secured, policies }) =>
      !isWithoutTenant(schema, table) &&
      !(secured && policies.some((policy) => /current_setting\('soc\.tenant'|EXISTS/.test(policy))),
  );
  expect(open.map(({ schema, table }) => `${schema}.${table} has no policy by tenant`)).toEqual([]);
  for (const { schema, table } of found.filter((each) => isWithoutTenant(each.schema, each.table))) {
    expect([schema, table, await privileges(schema, table)]).toEqual([schema, table, []]);
  }
});

test('the role of the tenants changes rows of its own schema, and can do nothing else anywhere', async () => {
  const found = await tables();
  for (const service of database.schemas) {
    const role = tenantRoleOf(roleOf(service));
    const [rights] = await query(
      database.adminUrl,
      `select rolsuper or rolcanlogin or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as powerful,
         (select count(*)::int from pg_class where relowner = r.oid) +
         (select count(*)::int from pg_namespace where nspowner = r.oid) +
         (select count(*)::int from pg_proc where proowner = r.oid) as owned,
         (select count(*)::int from pg_auth_members where member = r.oid) as memberships,
         has_database_privilege(rolname, current_database(), 'create') or
         has_database_privilege(rolname, current_database(), 'temporary') as creates,
         array(select nspname::text from pg_namespace
           where has_schema_privilege(rolname, oid, 'usage') and nspname !~ '^(pg_|information_schema)') as sees,
         array(select nspname::text from pg_namespace where has_schema_privilege(rolname, oid, 'create')) as makes
       from pg_roles r where rolname = $1`,
      [role],
    );
    expect([role, rights]).toEqual([
      role,
      { powerful: false, owned: 0, memberships: 0, creates: false, sees: [service], makes: [] },
    ]);
    for (const { schema, table } of found.filter((each) => each.schema === service)) {
      const allowed = (await privileges(schema, table)).map(({ privilege }) => privilege);
      expect(allowed.filter((each) => !['select', 'insert', 'update', 'delete'].includes(each))).toEqual([]);
    }
  }
});

test('a table that a later migration makes is open to the tenants of its service, and of no other', async () => {
  await query(
    database.urlOf('alert'),
    'create table alert.later (id int generated always as identity, tenant_id text)',
  );
  const allowed = await privileges('alert', 'later');
  expect(allowed.map(({ privilege }) => privilege)).toEqual(['select', 'insert', 'update', 'delete']);
  await query(database.urlOf('alert'), 'set role soc_alert_tenant; insert into alert.later (tenant_id) values (null)');
  await expect(query(database.urlOf('ai'), 'set role soc_alert_tenant')).rejects.toThrow('permission denied');
  await query(database.urlOf('alert'), 'drop table alert.later');
});

test('a search asks its index before it is known to which tenant a row belongs', async () => {
  await query(
    database.adminUrl,
    `insert into storage.documents
     select 'default', 'alert', gen_random_uuid(), 1, 'title', 'high', 'new', null, now(), ('word' || i)::tsvector
     from generate_series(1, 3000) as i`,
  );
  await query(database.adminUrl, 'analyze storage.documents');
  const plan = await withConnection(database.urlOf('storage'), async (client) => {
    await client.query(`set role soc_storage_tenant; set soc.tenant = 'default'`);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain select id from storage.documents where tenant_id = 'default' and search @@ 'word7'::tsquery`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toContain('Index Scan on documents_search');
});
