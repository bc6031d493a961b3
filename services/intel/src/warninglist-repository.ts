import type { ObservableType } from '@soc/contracts';
import type { Warninglist, WarninglistType } from '@soc/contracts/intel/warninglist';
import { type Queryable, sql } from '@soc/db-cluster';
import type { WarninglistEntry } from './domain/warninglist.ts';

interface WarninglistRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: WarninglistType;
  readonly version: number | null;
  readonly observable_types: ObservableType[];
  readonly entry_count: number;
  readonly created_at: string;
}

/** Lists of this tenant hold for every tenant. */
const EVERY_TENANT = '*';

const toWarninglist = (row: WarninglistRow): Warninglist => ({
  id: row.id,
  name: row.name,
  description: row.description,
  type: row.type,
  version: row.version,
  observableTypes: row.observable_types,
  entries: row.entry_count,
  builtIn: row.tenant_id === EVERY_TENANT,
  createdAt: row.created_at,
});

export const warninglistRepository = {
  /** False when the tenant has a list of this name already. */
  insert: async (
    tx: Queryable,
    tenantId: string,
    list: Omit<Warninglist, 'builtIn' | 'entries'>,
    entries: readonly WarninglistEntry[],
  ): Promise<boolean> => {
    const rows = await tx.query(sql`
      insert into intel.warninglists (id, tenant_id, name, description, type, version, observable_types, entry_count, created_at)
      values (${list.id}, ${tenantId}, ${list.name}, ${list.description}, ${list.type}, ${list.version},
        ${list.observableTypes}, ${entries.length}, ${list.createdAt})
      on conflict (tenant_id, name) do nothing
      returning id`);
    if (rows.length === 0) return false;
    await tx.query(sql`
      insert into intel.warninglist_entries (list_id, tenant_id, kind, value)
      select ${list.id}, ${tenantId}, kind, value
      from unnest(${entries.map(({ kind }) => kind)}::text[], ${entries.map(({ value }) => value)}::text[]) as entry (kind, value)`);
    return true;
  },

  /** By name, then id: a tenant may have a list of the same name as a built-in one. */
  list: async (
    read: Queryable,
    tenantId: string,
    after: readonly [name: string, id: string] | undefined,
    limitRows: number,
  ): Promise<Warninglist[]> => {
    const [name, id] = after ?? [];
    const rows = await read.query<WarninglistRow>(sql`
      select id, tenant_id, name, description, type, version, observable_types, entry_count, created_at
      from intel.warninglists
      where tenant_id in (${tenantId}, ${EVERY_TENANT})
        and (${name ?? null}::text is null or (name, id) > (${name ?? null}, ${id ?? null}::uuid))
      order by name, id limit ${limitRows}`);
    return rows.map(toWarninglist);
  },

  /** What became of it: a built-in list stays. */
  delete: async (write: Queryable, tenantId: string, id: string): Promise<'deleted' | 'built_in' | 'not_found'> => {
    const [row] = await write.query<{ deleted: boolean; built_in: boolean }>(sql`
      with gone as (delete from intel.warninglists where tenant_id = ${tenantId} and id = ${id} returning id)
      select exists (select from gone) as deleted,
        exists (select from intel.warninglists where tenant_id = ${EVERY_TENANT} and id = ${id}) as built_in`);
    if (row?.deleted) return 'deleted';
    return row?.built_in ? 'built_in' : 'not_found';
  },
};
