import type { Permission } from '@soc/contracts';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { CustomRoles } from './domain/grant.ts';
import type { CustomRole } from './domain/role.ts';

interface RoleRow {
  readonly name: string;
  readonly description: string;
  readonly permissions: Permission[];
}

/** Roles of one tenant; more would make every list of them long. */
export const MAX_ROLES = 200;

export const roleRepository = {
  list: (db: Queryable, tenantId: string): Promise<readonly CustomRole[]> =>
    db.query<RoleRow>(
      sql`select name, description, permissions from auth.roles where tenant_id = ${tenantId}
          order by name limit ${MAX_ROLES}`,
    ),

  /** What these roles of the tenant allow. Names of built-in roles and of none are not in the answer. */
  allowances: async (db: Queryable, tenantId: string, names: readonly string[]): Promise<CustomRoles> => {
    const rows = await db.query<Pick<RoleRow, 'name' | 'permissions'>>(
      sql`select name, permissions from auth.roles where tenant_id = ${tenantId} and name = any(${names})`,
    );
    return new Map(rows.map(({ name, permissions }) => [name, permissions]));
  },

  find: async (tx: Tx, tenantId: string, name: string): Promise<CustomRole | undefined> => {
    const [row] = await tx.query<RoleRow>(
      sql`select name, description, permissions from auth.roles where tenant_id = ${tenantId} and name = ${name}`,
    );
    return row;
  },

  count: async (tx: Tx, tenantId: string): Promise<number> => {
    const [row] = await tx.query<{ count: number }>(
      sql`select count(*)::int as count from auth.roles where tenant_id = ${tenantId}`,
    );
    return row?.count ?? 0;
  },

  /** Whether it was added: false when the name is taken. */
  insert: async (
    tx: Tx,
    tenantId: string,
    { name, description, permissions }: CustomRole,
    at: Date,
  ): Promise<boolean> => {
    const rows = await tx.query(
      sql`insert into auth.roles (tenant_id, name, description, permissions, created_at, updated_at)
          values (${tenantId}, ${name}, ${description}, ${permissions}, ${at}, ${at})
          on conflict (tenant_id, name) do nothing returning name`,
    );
    return rows.length > 0;
  },

  save: async (tx: Tx, tenantId: string, { name, description, permissions }: CustomRole, at: Date): Promise<void> => {
    await tx.query(
      sql`update auth.roles set description = ${description}, permissions = ${permissions}, updated_at = ${at}
          where tenant_id = ${tenantId} and name = ${name}`,
    );
  },

  delete: async (tx: Tx, tenantId: string, name: string): Promise<void> => {
    await tx.query(sql`delete from auth.roles where tenant_id = ${tenantId} and name = ${name}`);
  },
} as const;
