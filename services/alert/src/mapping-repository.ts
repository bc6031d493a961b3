import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import type { NamedMapping } from '@soc/contracts/alert/mappings';
import { json, type Queryable, sql } from '@soc/db-cluster';

const columns = sql`name, mapping, created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy", version`;

/** The field mappings of the source `generic`. */
export function createMappingRepository() {
  return {
    find: async (read: Queryable, tenantId: string, name: string): Promise<NamedMapping | undefined> => {
      const [mapping] = await read.query<NamedMapping>(sql`
        select ${columns} from alert.mappings where tenant_id = ${tenantId} and name = ${name}`);
      return mapping;
    },

    list: (
      read: Queryable,
      tenantId: string,
      page: { readonly afterName: string | undefined; readonly limitRows: number },
    ): Promise<NamedMapping[]> =>
      read.query<NamedMapping>(sql`
        select ${columns} from alert.mappings where tenant_id = ${tenantId} and name > ${page.afterName ?? ''}
        order by name limit ${page.limitRows}`),

    put: async (
      write: Queryable,
      tenantId: string,
      given: {
        readonly name: string;
        readonly mapping: GenericMapping;
        readonly at: string;
        readonly by: string;
      },
    ): Promise<NamedMapping> => {
      const { name, mapping, at, by } = given;
      const [stored] = await write.query<NamedMapping>(sql`
        insert into alert.mappings (tenant_id, name, mapping, created_at, updated_at, updated_by)
        values (${tenantId}, ${name}, ${json(mapping)}, ${at}, ${at}, ${by})
        on conflict (tenant_id, name) do update
          set mapping = excluded.mapping, version = mappings.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by
        returning ${columns}`);
      // An upsert returns its row.
      return stored as NamedMapping;
    },

    /** Whether there was one. */
    delete: async (write: Queryable, tenantId: string, name: string): Promise<boolean> => {
      const rows = await write.query(sql`
        delete from alert.mappings where tenant_id = ${tenantId} and name = ${name} returning name`);
      return rows.length > 0;
    },
  };
}

export type MappingRepository = ReturnType<typeof createMappingRepository>;
