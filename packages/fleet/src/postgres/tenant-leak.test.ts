import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from './migrated-database.fixture.ts';
import { type SharedTable, shareTables, uuidOf } from './two-tenants.fixture.ts';

let database: MigratedDatabase;
let session: pg.Client;
beforeAll(async () => {
  database = await createMigratedDatabase();
  session = new pg.Client({ connectionString: database.adminUrl });
  await session.connect();
}, 60_000);
afterAll(async () => {
  await session.end();
  await database.drop();
});

/**
 * Runs `work` as a request of tenant `a` would, and takes it back. Without triggers: no foreign key stands before the policy,
 * and none of a policy's work is done by it.
 */
async function asTenantA<T>(service: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  await session.query(`begin; set local session_replication_role = replica;
    set local role soc_${service}_tenant; set local soc.tenant = 'a'`);
  try {
    return await work(session);
  } finally {
    await session.query('rollback');
  }
}

/** How many rows the statement reached, or why it was refused. */
const tried = async (service: string, text: string): Promise<number | string> => {
  try {
    return await asTenantA(service, async (client) => (await client.query(text)).rowCount ?? 0);
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.message.replace(/ for .*/, '');
    throw error;
  }
};

/** The chain of custody and the audit trail are append-only, for their own tenant too. */
const APPEND_ONLY = new Set(['storage.custody_entries', 'storage.custody_links', 'auth.audit_records']);
/** Only the service itself, outside of any request, adds to it. */
const READ_ONLY = new Set(['auth.audit_records']);

describe.each(['ai', 'alert', 'analytics', 'auth', 'intel', 'notification', 'response', 'storage'])('%s', (service) => {
  let tables: readonly SharedTable[];
  beforeAll(async () => {
    tables = await shareTables(database, service);
  });

  test('a select without a where gives the rows of its tenant and none of another', async () => {
    expect(tables.length).toBeGreaterThan(0);
    const builtIn = `tenant_id <> '*'`;
    for (const { name, rowsOf, hasTenantId } of tables) {
      const rows = await asTenantA(service, async (client) => {
        const text = `select ${rowsOf('a')} as own from ${name} ${hasTenantId ? `where ${builtIn}` : ''}`;
        return (await client.query<{ own: boolean }>(text)).rows;
      });
      expect([name, rows]).toEqual([name, [{ own: true }]]);
    }
  });

  test('an update and a delete without a where reach the one row of their tenant, not the two that are there', async () => {
    for (const { name, columns } of tables) {
      const reached = APPEND_ONLY.has(name) ? 'permission denied' : 1;
      expect([name, await tried(service, `update ${name} set ${columns[0]} = ${columns[0]}`)]).toEqual([name, reached]);
      expect([name, await tried(service, `delete from ${name}`)]).toEqual([name, reached]);
    }
  });

  test('no row can be written for another tenant, or handed to it', async () => {
    const refused = 'new row violates row-level security policy';
    for (const { name, columns, rowsOf, hasTenantId } of tables) {
      const text = `select row_to_json(t)::text as row from ${name} t where ${rowsOf('b')}`;
      const [row] = (await session.query<{ row: string }>(text)).rows;
      const list = columns.join(', ');
      const insert = `insert into ${name} (${list})
        select ${list} from json_populate_record(null::${name}, ${pg.escapeLiteral(row?.row ?? '')})`;
      expect([name, await tried(service, insert)]).toEqual([name, READ_ONLY.has(name) ? 'permission denied' : refused]);
      if (!hasTenantId || APPEND_ONLY.has(name)) continue;
      expect([name, await tried(service, `update ${name} set tenant_id = 'b'`)]).toEqual([name, refused]);
    }
  });

  test('where no tenant is set, there is nothing', async () => {
    for (const { name, hasTenantId } of tables) {
      const text = `set local soc.tenant = ''; select from ${name} ${hasTenantId ? `where tenant_id <> '*'` : ''}`;
      const counted = await asTenantA(service, async (client) => {
        // pg answers an array when the text holds several statements; its types know only the answer to one.
        const answer = (await client.query(text)) as unknown as readonly pg.QueryResult[];
        return answer.at(-1)?.rowCount;
      });
      expect([name, counted]).toEqual([name, 0]);
    }
  });
});

const [own, foreign] = [`'${uuidOf('a')}'`, `'${uuidOf('b')}'`];
test.each([
  ['a channel', 'notification', `notification.rule_channels (rule_id, channel_id) values (${own}, ${foreign})`],
  ['a channel', 'notification', `notification.throttles values (${own}, ${foreign}, 'subject', 1, now())`],
  ['an incident', 'response', `response.trigger_firings values (${own}, ${foreign}, ${own})`],
  ['a run', 'response', `response.trigger_firings values (${own}, ${own}, ${foreign})`],
])("what is a tenant's own cannot be tied to %s of another (%s: %s)", async (_, service, row) => {
  expect(await tried(service, `insert into ${row}`)).toBe('new row violates row-level security policy');
});
