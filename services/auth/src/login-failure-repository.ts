import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { LoginFailures } from './domain/lockout.ts';

interface FailureRow {
  readonly account: Buffer;
  readonly failures: number;
  readonly last_failed_at: string;
}

/** What failed logins are counted by, each as a hash. */
export interface FailureKeys {
  /** An account tried from a network. */
  readonly pair: Buffer;
  readonly account: Buffer;
  readonly network: Buffer;
}

export type FailureCounts = Readonly<Record<keyof FailureKeys, LoginFailures | undefined>>;

const all = ({ pair, account, network }: FailureKeys): readonly Buffer[] =>
  [pair, account, network].toSorted((a, b) => Buffer.compare(a, b));

export const loginFailureRepository = {
  find: async (db: Queryable, keys: FailureKeys): Promise<FailureCounts> => {
    const rows = await db.query<FailureRow>(
      sql`select account, failures, last_failed_at from auth.login_failures where account = any(${all(keys)})`,
    );
    const of = (key: Buffer): LoginFailures | undefined => {
      const row = rows.find(({ account }) => account.equals(key));
      return row && { failures: row.failures, lastFailedAt: row.last_failed_at };
    };
    return { pair: of(keys.pair), account: of(keys.account), network: of(keys.network) };
  },

  /** One more failure of each; the first after a pause begins a new count. In the order of the keys, like `forgive`. */
  record: async (db: Queryable, keys: FailureKeys, at: Date, forgetS: number): Promise<void> => {
    const forgottenBefore = new Date(at.getTime() - forgetS * 1000);
    await db.query(
      sql`insert into auth.login_failures as known (account, failures, window_started_at, last_failed_at)
          select key, 1, ${at}::timestamptz, ${at}::timestamptz from unnest(${all(keys)}::bytea[]) as key
          on conflict (account) do update set
            failures = case when known.last_failed_at > ${forgottenBefore} then known.failures + 1 else 1 end,
            window_started_at =
              case when known.last_failed_at > ${forgottenBefore} then known.window_started_at else ${at} end,
            last_failed_at = ${at}`,
    );
  },

  /**
   * A login from a network makes good what failed from there before it, in the wider counts too: the owner's own mistakes
   * never add up to a lock. Locks in the order of the keys first, since two logins may share some of them.
   */
  forgive: async (tx: Tx, keys: FailureKeys): Promise<void> => {
    const rows = await tx.query<Pick<FailureRow, 'account' | 'failures'>>(
      sql`select account, failures from auth.login_failures where account = any(${all(keys)})
          order by account for update`,
    );
    const forgiven = rows.find(({ account }) => account.equals(keys.pair))?.failures;
    if (forgiven === undefined) return;
    await tx.query(sql`delete from auth.login_failures where account = ${keys.pair}`);
    await tx.query(
      sql`update auth.login_failures set failures = greatest(0, failures - ${forgiven})
          where account = any(${[keys.account, keys.network]})`,
    );
  },

  forgetBefore: async (db: Queryable, lastFailedAt: Date): Promise<void> => {
    await db.query(sql`delete from auth.login_failures where last_failed_at <= ${lastFailedAt}`);
  },
} as const;
