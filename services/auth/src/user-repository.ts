import { joinSql, type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { Account } from './domain/account.ts';

interface UserRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly email: string;
  readonly display_name: string;
  readonly password_hash: string;
  readonly roles: string[];
  readonly active: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_login_at: string | null;
  readonly tokens_valid_from: string | null;
  readonly must_change_password: boolean;
  readonly mfa_enabled: boolean;
}

const columns = sql`id, tenant_id, email, display_name, password_hash, roles, active, version, created_at, updated_at,
  last_login_at, tokens_valid_from, must_change_password`;

/** The columns, and whether a second factor is confirmed. */
const selected = sql`${columns}, exists (select from auth.mfa_factors f
  where f.user_id = users.id and f.confirmed_at is not null) as mfa_enabled`;

const toAccount = (row: UserRow): Account => ({
  id: row.id,
  tenantId: row.tenant_id,
  email: row.email,
  displayName: row.display_name,
  passwordHash: row.password_hash,
  roles: row.roles,
  active: row.active,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lastLoginAt: row.last_login_at,
  tokensValidFrom: row.tokens_valid_from,
  mustChangePassword: row.must_change_password,
  mfaEnabled: row.mfa_enabled,
});

const first = (rows: readonly UserRow[]): Account | undefined => rows.map(toAccount)[0];

export const userRepository = {
  find: async (db: Queryable, tenantId: string, id: string): Promise<Account | undefined> =>
    first(
      await db.query<UserRow>(sql`select ${selected} from auth.users where tenant_id = ${tenantId} and id = ${id}`),
    ),

  /** Locks the row: tokens that are being issued are waited for, and those that follow wait. Before any row of a session. */
  findForUpdate: async (tx: Tx, tenantId: string, id: string): Promise<Account | undefined> =>
    first(
      await tx.query<UserRow>(
        sql`select ${selected} from auth.users where tenant_id = ${tenantId} and id = ${id} for update`,
      ),
    ),

  /** A login names no tenant: an address is one account in the whole fleet. */
  findByEmail: async (db: Queryable, email: string): Promise<Account | undefined> =>
    first(await db.query<UserRow>(sql`select ${selected} from auth.users where lower(email) = lower(${email})`)),

  list: async (
    db: Queryable,
    tenantId: string,
    filter: { readonly active: boolean | undefined; readonly after: string | undefined; readonly limitRows: number },
  ): Promise<Account[]> => {
    const conditions = [
      sql`tenant_id = ${tenantId}`,
      ...(filter.active === undefined ? [] : [sql`active = ${filter.active}`]),
      ...(filter.after === undefined ? [] : [sql`id > ${filter.after}`]),
    ];
    // Ids are UUIDv7: their order is the order in which accounts were made.
    const rows = await db.query<UserRow>(
      sql`select ${selected} from auth.users where ${joinSql(conditions, ' and ')} order by id limit ${filter.limitRows}`,
    );
    return rows.map(toAccount);
  },

  isEmpty: async (db: Queryable): Promise<boolean> =>
    (await db.query(sql`select from auth.users limit 1`)).length === 0,

  /**
   * Lets one transaction at a time change the accounts of a tenant. Two administrators who demote each other would
   * otherwise each still see the other; and locking the rows in the order they are met would deadlock.
   */
  lockTenant: async (tx: Tx, tenantId: string): Promise<void> => {
    await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`auth.users:${tenantId}`}, 0))`);
  },

  hasOtherAdmin: async (tx: Tx, tenantId: string, id: string): Promise<boolean> => {
    const rows = await tx.query(
      sql`select from auth.users
          where tenant_id = ${tenantId} and active and 'admin' = any(roles) and id <> ${id} limit 1`,
    );
    return rows.length > 0;
  },

  /** Whether it was added: false when the address is taken. */
  insert: async (tx: Tx, account: Account): Promise<boolean> => {
    const rows = await tx.query(
      sql`insert into auth.users (${columns}) values (
            ${account.id}, ${account.tenantId}, ${account.email}, ${account.displayName}, ${account.passwordHash},
            ${account.roles}, ${account.active}, ${account.version}, ${account.createdAt}, ${account.updatedAt},
            ${account.lastLoginAt}, ${account.tokensValidFrom}, ${account.mustChangePassword})
          on conflict (lower(email)) do nothing returning id`,
    );
    return rows.length > 0;
  },

  /**
   * Saves what is another than `before`, and gives the account as it is then. The rest is left alone: its owner may have
   * chosen another password since `before` was read.
   */
  save: async (tx: Tx, before: Account, account: Account): Promise<Account> => {
    const { displayName, passwordHash, active, mustChangePassword, roles } = account;
    const changes = [
      sql`version = version + 1`,
      sql`updated_at = ${account.updatedAt}`,
      ...(displayName === before.displayName ? [] : [sql`display_name = ${displayName}`]),
      ...(passwordHash === before.passwordHash ? [] : [sql`password_hash = ${passwordHash}`]),
      ...(active === before.active ? [] : [sql`active = ${active}`]),
      ...(mustChangePassword === before.mustChangePassword ? [] : [sql`must_change_password = ${mustChangePassword}`]),
      ...(roles === before.roles ? [] : [sql`roles = ${roles}`]),
    ];
    const saved = first(
      await tx.query<UserRow>(
        sql`update auth.users set ${joinSql(changes, ', ')} where id = ${account.id} returning ${selected}`,
      ),
    );
    if (!saved) throw new Error('the account that was read is gone');
    return saved;
  },

  /** Gives the person a password of their own choice. Undefined when the account is not as it was `seen` any more. */
  changePassword: async (tx: Tx, seen: Account, passwordHash: string, at: Date): Promise<Account | undefined> =>
    first(
      await tx.query<UserRow>(
        sql`update auth.users set password_hash = ${passwordHash}, must_change_password = false,
              version = version + 1, updated_at = ${at}
            where id = ${seen.id} and active and password_hash = ${seen.passwordHash}
            returning ${selected}`,
      ),
    ),

  /** Who holds a role. Their rows are locked, so that no login goes on with the role as it was. */
  lockHolders: async (tx: Tx, tenantId: string, role: string): Promise<readonly string[]> => {
    const rows = await tx.query<{ id: string }>(
      sql`select id from auth.users where tenant_id = ${tenantId} and roles @> ${[role]}::text[] order by id for update`,
    );
    return rows.map(({ id }) => id);
  },

  /** Takes a role from everybody who holds it, and gives their accounts as they are then. */
  dropRole: async (tx: Tx, tenantId: string, role: string, at: Date): Promise<readonly Account[]> => {
    const rows = await tx.query<UserRow>(
      sql`update auth.users set roles = array_remove(roles, ${role}), version = version + 1, updated_at = ${at}
          where tenant_id = ${tenantId} and roles @> ${[role]}::text[]
          returning ${selected}`,
    );
    return rows.map(toAccount);
  },

  /** Who holds one of the roles and has no second factor. */
  idsWithoutMfa: async (tx: Tx, tenantId: string, roles: readonly string[]): Promise<readonly string[]> => {
    const rows = await tx.query<{ id: string }>(
      sql`select id from auth.users where tenant_id = ${tenantId} and active and roles && ${roles}::text[]
            and not exists (select from auth.mfa_factors f where f.user_id = users.id and f.confirmed_at is not null)
          order by id for update`,
    );
    return rows.map(({ id }) => id);
  },

  /**
   * Notes a login in the transaction that opens the session, and gives the account as it is now. Undefined when it was
   * deactivated or got another password since `seen`: the row lock puts that change before or after the login, never
   * between. `renewedHash` replaces a hash of another cost.
   */
  recordLogin: async (tx: Tx, seen: Account, at: Date, renewedHash: string | undefined): Promise<Account | undefined> =>
    first(
      await tx.query<UserRow>(
        sql`update auth.users set last_login_at = ${at},
              password_hash = case when version = ${seen.version} then ${renewedHash ?? seen.passwordHash}
                else password_hash end
            where id = ${seen.id} and active and (version = ${seen.version} or password_hash = ${seen.passwordHash})
            returning ${selected}`,
      ),
    ),
} as const;
