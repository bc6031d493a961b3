import type { Asset, AssetType } from '@soc/contracts/ai/asset';
import { type Queryable, sql } from '@soc/db-cluster';
import { likePattern } from './domain/asset-pattern.ts';

interface AssetRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly type: AssetType;
  readonly pattern: string;
  readonly value: number;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const columns = sql`id, tenant_id, type, pattern, value, name, created_at, updated_at`;

const toAsset = (row: AssetRow): Asset => ({
  id: row.id,
  tenantId: row.tenant_id,
  type: row.type,
  pattern: row.pattern,
  value: row.value,
  name: row.name,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export interface AssetChange {
  readonly value: number | undefined;
  readonly name: string | undefined;
  readonly updatedAt: string;
}

export const assetRepository = {
  /** False when this tenant has the pattern of this type already. */
  insert: async (write: Queryable, asset: Asset): Promise<boolean> => {
    const { id, tenantId, type, pattern, value, name, createdAt, updatedAt } = asset;
    const rows = await write.query(sql`
      insert into ai.assets (${columns}, like_pattern)
      values (${id}, ${tenantId}, ${type}, ${pattern}, ${value}, ${name}, ${createdAt}, ${updatedAt},
        ${likePattern(type, pattern)})
      on conflict (tenant_id, type, pattern) do nothing
      returning id`);
    return rows.length === 1;
  },

  find: async (read: Queryable, tenantId: string, id: string): Promise<Asset | undefined> => {
    const [row] = await read.query<AssetRow>(
      sql`select ${columns} from ai.assets where tenant_id = ${tenantId} and id = ${id}`,
    );
    return row && toAsset(row);
  },

  /** Newest first. */
  list: async (
    read: Queryable,
    tenantId: string,
    { type, before }: { readonly type: AssetType | undefined; readonly before: string | undefined },
    limitRows: number,
  ): Promise<Asset[]> => {
    const ofType = type === undefined ? sql`` : sql`and type = ${type}`;
    const older = before === undefined ? sql`` : sql`and id < ${before}`;
    const rows = await read.query<AssetRow>(sql`
      select ${columns} from ai.assets where tenant_id = ${tenantId} ${ofType} ${older} order by id desc limit ${limitRows}`);
    return rows.map(toAsset);
  },

  /** The asset as it is now; undefined when there is none. */
  update: async (write: Queryable, tenantId: string, id: string, change: AssetChange): Promise<Asset | undefined> => {
    const [row] = await write.query<AssetRow>(sql`
      update ai.assets set value = coalesce(${change.value ?? null}::smallint, value),
        name = coalesce(${change.name ?? null}::text, name), updated_at = ${change.updatedAt}
      where tenant_id = ${tenantId} and id = ${id}
      returning ${columns}`);
    return row && toAsset(row);
  },

  /** False when there is none. */
  delete: async (write: Queryable, tenantId: string, id: string): Promise<boolean> => {
    const rows = await write.query(
      sql`delete from ai.assets where tenant_id = ${tenantId} and id = ${id} returning id`,
    );
    return rows.length === 1;
  },
};
