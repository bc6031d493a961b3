import { type Queryable, sql } from '@soc/db-cluster';
import type { LoginFailures } from './domain/lockout.ts';

interface FailureRow {
  readonly failures: number;
  readonly window_started_at: string;
}

export const loginFailureRepository = {
  find: async (db: Queryable, account: Buffer): Promise<LoginFailures | undefined> => {
    const [row] = await db.query<FailureRow>(
      sql`select failures, window_started_at from auth.login_failures where account = ${account}`,
    );
    return row ? { failures: row.failures, windowStartedAt: row.window_started_at } : undefined;
  },

  /** One more failure; the first after the window begins a new one. */
  record: async (db: Queryable, account: Buffer, at: Date, windowS: number): Promise<void> => {
    const windowBeganAfter = new Date(at.getTime() - windowS * 1000);
    await db.query(
      sql`insert into auth.login_failures as known (account, failures, window_started_at) values (${account}, 1, ${at})
          on conflict (account) do update set
            failures = case when known.window_started_at > ${windowBeganAfter} then known.failures + 1 else 1 end,
            window_started_at =
              case when known.window_started_at > ${windowBeganAfter} then known.window_started_at else ${at} end`,
    );
  },

  forget: async (db: Queryable, account: Buffer): Promise<void> => {
    await db.query(sql`delete from auth.login_failures where account = ${account}`);
  },

  forgetBefore: async (db: Queryable, windowStartedAt: Date): Promise<void> => {
    await db.query(sql`delete from auth.login_failures where window_started_at <= ${windowStartedAt}`);
  },
} as const;
