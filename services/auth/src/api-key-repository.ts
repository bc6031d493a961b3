import type { Permission } from '@soc/contracts';
import type { ApiKey } from '@soc/contracts/auth/api-keys';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import { endOf } from './domain/revocation.ts';

/** A valid key that was presented, and the roles its maker has now. */
export interface PresentedKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly expiresAt: string | null;
  readonly maker: { readonly id: string; readonly roles: readonly string[]; readonly tokensValidFrom: string | null };
}

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly permissions: Permission[];
  readonly created_by: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

interface PresentedRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly permissions: Permission[];
  readonly expires_at: string | null;
  readonly created_by: string;
  readonly roles: string[];
  readonly tokens_valid_from: string | null;
}

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  permissions: row.permissions,
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
});

export const apiKeyRepository = {
  insert: async (tx: Tx, tenantId: string, key: ApiKey, keyHash: Buffer): Promise<void> => {
    await tx.query(
      sql`insert into auth.api_keys
            (id, tenant_id, name, prefix, key_hash, permissions, created_by, created_at, expires_at)
          values (${key.id}, ${tenantId}, ${key.name}, ${key.prefix}, ${keyHash}, ${key.permissions},
            ${key.createdBy}, ${key.createdAt}, ${key.expiresAt})`,
    );
  },

  list: async (
    db: Queryable,
    tenantId: string,
    { after, limitRows }: { readonly after: string | undefined; readonly limitRows: number },
  ): Promise<ApiKey[]> => {
    const rows = await db.query<ApiKeyRow>(
      sql`select id, name, prefix, permissions, created_by, created_at, expires_at, revoked_at, last_used_at
          from auth.api_keys
          where tenant_id = ${tenantId} ${after === undefined ? sql`` : sql`and id > ${after}`}
          order by id limit ${limitRows}`,
    );
    return rows.map(toApiKey);
  },

  /** Whether there is such a key. Its access tokens are refused from the commit on. */
  revoke: async (tx: Tx, tenantId: string, id: string, at: Date): Promise<boolean> => {
    const rows = await tx.query(
      sql`with revoked as (
            update auth.api_keys set revoked_at = coalesce(revoked_at, ${at})
            where tenant_id = ${tenantId} and id = ${id} returning id, tenant_id)
          insert into auth.revocations (kind, subject, tenant_id, before, at)
          select 'api_key', id::text, tenant_id, ${endOf(at)}, ${at} from revoked returning id`,
    );
    return rows.length > 0;
  },

  /**
   * Finds a key that is neither revoked nor expired and whose maker is active, and notes that it was used. The maker's row is
   * locked: a change of the roles that is being committed must not be missed by a token that outlives it.
   */
  use: async (db: Queryable, keyHash: Buffer, at: Date): Promise<PresentedKey | undefined> => {
    const [row] = await db.query<PresentedRow>(
      sql`with maker as (
            select u.id, u.roles, u.tokens_valid_from from auth.users u
            where u.active and u.id = (select created_by from auth.api_keys where key_hash = ${keyHash})
            for share)
          update auth.api_keys k set last_used_at = ${at} from maker u
          where k.key_hash = ${keyHash} and u.id = k.created_by
            and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${at})
          returning k.id, k.tenant_id, k.name, k.permissions, k.expires_at, k.created_by, u.roles, u.tokens_valid_from`,
    );
    return row
      ? {
          id: row.id,
          tenantId: row.tenant_id,
          name: row.name,
          permissions: row.permissions,
          expiresAt: row.expires_at,
          maker: { id: row.created_by, roles: row.roles, tokensValidFrom: row.tokens_valid_from },
        }
      : undefined;
  },
} as const;
