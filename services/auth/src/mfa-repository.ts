import { type Queryable, sql, type Tx } from '@soc/db-cluster';

/** The second factor of a person. */
export interface MfaFactor {
  /** Sealed. */
  readonly secret: string;
  readonly confirmedAt: string | null;
  /** The time step of the last accepted code. */
  readonly lastStep: number;
}

interface FactorRow {
  readonly secret: string;
  readonly confirmed_at: string | null;
  readonly last_step: number;
}

interface Person {
  readonly id: string;
  readonly tenantId: string;
}

const columns = sql`secret, confirmed_at, last_step`;
const toFactor = (row: FactorRow): MfaFactor => ({
  secret: row.secret,
  confirmedAt: row.confirmed_at,
  lastStep: row.last_step,
});

export const mfaRepository = {
  /** Locks it: of two requests with one code, the second must see that it was used. */
  findForUpdate: async (tx: Tx, userId: string): Promise<MfaFactor | undefined> => {
    const [row] = await tx.query<FactorRow>(
      sql`select ${columns} from auth.mfa_factors where user_id = ${userId} for update`,
    );
    return row && toFactor(row);
  },

  status: async (db: Queryable, userId: string): Promise<{ enabledAt: string | null; recoveryCodesLeft: number }> => {
    const [row] = await db.query<{ confirmed_at: string | null; left: number }>(
      sql`select confirmed_at,
            (select count(*)::int from auth.recovery_codes c where c.user_id = f.user_id and c.used_at is null) as left
          from auth.mfa_factors f where f.user_id = ${userId}`,
    );
    return { enabledAt: row?.confirmed_at ?? null, recoveryCodesLeft: row?.left ?? 0 };
  },

  /** Begins anew what was not confirmed yet. Whether it did: false when a confirmed factor is there. */
  begin: async (tx: Tx, { id, tenantId }: Person, secret: string, at: Date): Promise<boolean> => {
    const rows = await tx.query(
      sql`insert into auth.mfa_factors as known (user_id, tenant_id, secret, begun_at, last_step)
          values (${id}, ${tenantId}, ${secret}, ${at}, 0)
          on conflict (user_id) do update set secret = excluded.secret, begun_at = excluded.begun_at, last_step = 0
          where known.confirmed_at is null
          returning user_id`,
    );
    return rows.length > 0;
  },

  confirm: async (tx: Tx, userId: string, step: number, at: Date): Promise<void> => {
    await tx.query(
      sql`update auth.mfa_factors set confirmed_at = ${at}, last_step = ${step} where user_id = ${userId}`,
    );
  },

  useStep: async (tx: Tx, userId: string, step: number): Promise<void> => {
    await tx.query(sql`update auth.mfa_factors set last_step = ${step} where user_id = ${userId}`);
  },

  /** Whether there was one to remove; its recovery codes go with it. */
  remove: async (tx: Tx, userId: string): Promise<boolean> => {
    const rows = await tx.query(sql`delete from auth.mfa_factors where user_id = ${userId} returning user_id`);
    return rows.length > 0;
  },

  replaceRecoveryCodes: async (tx: Tx, { id, tenantId }: Person, hashes: readonly Buffer[]): Promise<void> => {
    await tx.query(sql`delete from auth.recovery_codes where user_id = ${id}`);
    await tx.query(
      sql`insert into auth.recovery_codes (user_id, tenant_id, code_hash)
          select ${id}::uuid, ${tenantId}::text, hash from unnest(${hashes}::bytea[]) as hash`,
    );
  },

  /** Whether it was one of the person's that had not been used. */
  useRecoveryCode: async (tx: Tx, userId: string, hash: Buffer, at: Date): Promise<boolean> => {
    const rows = await tx.query(
      sql`update auth.recovery_codes set used_at = ${at}
          where user_id = ${userId} and code_hash = ${hash} and used_at is null returning user_id`,
    );
    return rows.length > 0;
  },
} as const;
