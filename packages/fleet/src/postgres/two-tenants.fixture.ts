import pg from 'pg';
import { withConnection } from './connection.ts';
import type { MigratedDatabase } from './migrated-database.fixture.ts';

/** A table under row-level security that holds one row of tenant `a` and one of tenant `b`. */
export interface SharedTable {
  readonly name: string;
  /** What can be inserted: no column that is always generated. */
  readonly columns: readonly string[];
  /** Its rows of a tenant, as a condition. */
  readonly rowsOf: (tenant: Tenant) => string;
  readonly hasTenantId: boolean;
}

export type Tenant = 'a' | 'b';
export const TENANTS: readonly Tenant[] = ['a', 'b'];

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly check: string | null;
}

/** Rows of one tenant refer to each other by it, whatever the table. */
export const uuidOf = (tenant: Tenant): string => `00000000-0000-7000-8000-00000000000${tenant}`;

/** What no general value fits. */
const PARTICULAR: Readonly<Record<string, string>> = {
  'objects.sha256': 'a'.repeat(64),
  'deliveries.status': 'failed',
};

function valueOf({ table, name, type, check }: Column, tenant: Tenant): string {
  const particular = PARTICULAR[`${table}.${name}`] ?? /= ANY \(ARRAY\['([^']+)'/.exec(check ?? '')?.[1];
  if (particular !== undefined) return particular;
  if (type.endsWith('[]')) return '{}';
  if (type === 'uuid') return uuidOf(tenant);
  if (type === 'text') return tenant;
  if (type === 'bytea') return `\\x0${tenant}`;
  if (type === 'tsvector') return '';
  if (type.startsWith('json')) return '{}';
  if (type === 'boolean') return 'false';
  if (type === 'bigint') return tenant === 'a' ? '1' : '2';
  if (type === 'date') return '2026-01-01';
  return type.startsWith('timestamp') ? '2026-01-01T00:00:00Z' : '1';
}

const columnsOf = (adminUrl: string, schema: string): Promise<readonly Column[]> =>
  withConnection(adminUrl, async (client) => {
    const { rows } = await client.query<Column>(
      `select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as required,
         (select pg_get_constraintdef(k.oid) from pg_constraint k
          where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as check
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relrowsecurity
         and exists (select from pg_policy where polrelid = c.oid)
         and a.attnum > 0 and a.attgenerated = '' and a.attidentity = '' and not a.attisdropped
       order by c.relname, a.attnum`,
      [schema],
    );
    return rows;
  });

/** Puts a row of each tenant into every table of a service that has a policy. Foreign keys and triggers are not asked. */
export async function shareTables({ adminUrl }: MigratedDatabase, schema: string): Promise<readonly SharedTable[]> {
  const tables = Map.groupBy(await columnsOf(adminUrl, schema), ({ table }) => table);
  await withConnection(adminUrl, async (client) => {
    await client.query('set session_replication_role = replica');
    for (const [table, columns] of tables) {
      const filled = columns.filter(({ required }) => required);
      const names = filled.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
      for (const tenant of TENANTS) {
        const values = filled.map((column) => pg.escapeLiteral(valueOf(column, tenant))).join(', ');
        await client.query(`insert into ${schema}.${table} (${names}) values (${values})`);
      }
    }
  });
  return [...tables].map(([table, columns]): SharedTable => {
    const hasTenantId = columns.some(({ name }) => name === 'tenant_id');
    const link = columns.find(({ type }) => type === 'uuid')?.name ?? 'of what?';
    return {
      name: `${schema}.${table}`,
      columns: columns.map(({ name }) => pg.escapeIdentifier(name)),
      rowsOf: (tenant) => (hasTenantId ? `tenant_id = '${tenant}'` : `${link} = '${uuidOf(tenant)}'`),
      hasTenantId,
    };
  });
}
