import { type Queryable, sql } from '@soc/db-cluster';

/** The audit of statements belongs to a role of its own (ADR 0017): all that can be asked of it is to forget what is too old. */
export const auditRepository = {
  forgetOld: async (db: Queryable): Promise<void> => {
    await db.query(sql`select audit.forget_old_changes()`);
  },
} as const;
