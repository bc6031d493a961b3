import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { Turn } from './domain/throttle.ts';

interface TurnRow {
  readonly rule_id: string;
  readonly channel_id: string;
  readonly subject: string;
}

/** When which rule may next tell which channel about which subject. */
export function createThrottleRepository() {
  return {
    /** Takes the turns that are free at `at`, or whose severity rises above the last; returns those it got. */
    take: async (
      tx: Tx,
      turns: readonly Turn[],
      at: Date,
    ): Promise<readonly Pick<Turn, 'ruleId' | 'channelId' | 'subject'>[]> => {
      if (turns.length === 0) return [];
      const column = <Value>(value: (turn: Turn) => Value): Value[] => turns.map(value);
      // One statement, so that two replicas that ask at the same moment cannot both be told yes.
      const rows = await tx.query<TurnRow>(sql`
        insert into notification.throttles as throttle (rule_id, channel_id, subject, severity_rank, free_at)
        select * from unnest(
          ${column(({ ruleId }) => ruleId)}::uuid[], ${column(({ channelId }) => channelId)}::uuid[],
          ${column(({ subject }) => subject)}::text[], ${column((turn) => turn.severityRank)}::smallint[],
          ${column(({ freeAt }) => freeAt)}::timestamptz[])
        on conflict (rule_id, channel_id, subject) do update
          set severity_rank = excluded.severity_rank, free_at = excluded.free_at
          where throttle.free_at <= ${at.toISOString()} or throttle.severity_rank < excluded.severity_rank
        returning rule_id, channel_id, subject`);
      return rows.map((row) => ({ ruleId: row.rule_id, channelId: row.channel_id, subject: row.subject }));
    },

    /** Turns that are free again need not be remembered. */
    forget: async (write: Queryable, at: Date): Promise<void> => {
      await write.query(sql`delete from notification.throttles where free_at <= ${at.toISOString()}`);
    },
  };
}

export type ThrottleRepository = ReturnType<typeof createThrottleRepository>;
