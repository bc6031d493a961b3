import { type Queryable, sql, type Tx } from '@soc/db-cluster';

export const tenantSettingsRepository = {
  /** None for a tenant that never said anything. */
  mfaRequiredRoles: async (db: Queryable, tenantId: string): Promise<readonly string[]> => {
    const [row] = await db.query<{ mfa_required_roles: string[] }>(
      sql`select mfa_required_roles from auth.tenant_settings where tenant_id = ${tenantId}`,
    );
    return row?.mfa_required_roles ?? [];
  },

  requireMfaOf: async (tx: Tx, tenantId: string, roles: readonly string[], at: Date): Promise<void> => {
    await tx.query(
      sql`insert into auth.tenant_settings (tenant_id, mfa_required_roles, updated_at)
          values (${tenantId}, ${roles}, ${at})
          on conflict (tenant_id) do update set
            mfa_required_roles = excluded.mfa_required_roles, updated_at = excluded.updated_at`,
    );
  },
} as const;
