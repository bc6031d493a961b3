import type { SavedSearch } from '@soc/contracts/storage/saved-searches';
import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';

interface SavedSearchRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly owner_id: string;
  readonly owner_name: string;
  readonly name: string;
  readonly q: string;
  readonly shared: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Somebody who sees what is shared in the tenant, and what is their own. */
export interface Viewer {
  readonly tenantId: string;
  readonly subject: string;
}

const columns = sql`id, tenant_id, owner_id, owner_name, name, q, shared, created_at, updated_at`;

const fromRow = (row: SavedSearchRow): SavedSearch => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  q: row.q,
  shared: row.shared,
  owner: { id: row.owner_id, name: row.owner_name },
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const seenBy = ({ tenantId, subject }: Viewer): SqlStatement =>
  sql`tenant_id = ${tenantId} and (shared or owner_id = ${subject})`;

/** Queries that people keep. */
export function createSavedSearchRepository() {
  return {
    /** Of one person. */
    count: async (read: Queryable, { tenantId, subject }: Viewer): Promise<number> => {
      const [row] = await read.query<{ readonly count: number }>(sql`
        select count(*)::int as count from storage.saved_searches
        where tenant_id = ${tenantId} and owner_id = ${subject}`);
      return row?.count ?? 0;
    },

    insert: async (tx: Queryable, search: SavedSearch): Promise<void> => {
      const { id, tenantId, owner, name, q, shared, createdAt, updatedAt } = search;
      await tx.query(sql`
        insert into storage.saved_searches (${columns})
        values (${id}, ${tenantId}, ${owner.id}, ${owner.name}, ${name}, ${q}, ${shared}, ${createdAt}, ${updatedAt})`);
    },

    update: async (tx: Queryable, { id, tenantId, name, q, shared, updatedAt }: SavedSearch): Promise<void> => {
      await tx.query(sql`
        update storage.saved_searches set name = ${name}, q = ${q}, shared = ${shared}, updated_at = ${updatedAt}
        where id = ${id} and tenant_id = ${tenantId}`);
    },

    find: async (read: Queryable, viewer: Viewer, id: string): Promise<SavedSearch | undefined> => {
      const [row] = await read.query<SavedSearchRow>(
        sql`select ${columns} from storage.saved_searches where id = ${id} and ${seenBy(viewer)}`,
      );
      return row && fromRow(row);
    },

    findForUpdate: async (tx: Queryable, viewer: Viewer, id: string): Promise<SavedSearch | undefined> => {
      const [row] = await tx.query<SavedSearchRow>(
        sql`select ${columns} from storage.saved_searches where id = ${id} and ${seenBy(viewer)} for update`,
      );
      return row && fromRow(row);
    },

    list: async (
      read: Queryable,
      viewer: Viewer,
      page: {
        readonly after: { readonly createdAt: string; readonly id: string } | undefined;
        readonly limitRows: number;
      },
    ): Promise<readonly SavedSearch[]> => {
      const { after } = page;
      const conditions = [
        seenBy(viewer),
        ...(after ? [sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`] : []),
      ];
      const rows = await read.query<SavedSearchRow>(sql`
        select ${columns} from storage.saved_searches
        where ${joinSql(conditions, ' and ')}
        order by created_at desc, id desc limit ${page.limitRows}`);
      return rows.map(fromRow);
    },

    delete: async (write: Queryable, viewer: Viewer, id: string): Promise<boolean> => {
      const rows = await write.query(
        sql`delete from storage.saved_searches where id = ${id} and ${seenBy(viewer)} returning id`,
      );
      return rows.length > 0;
    },
  };
}

export type SavedSearchRepository = ReturnType<typeof createSavedSearchRepository>;
