import type { Verdict } from '@soc/contracts';
import { type Queryable, sql } from '@soc/db-cluster';
import type { Rule } from './domain/rule.ts';
import type { RuleHistory } from './domain/signals.ts';

export interface TenantRule extends Rule {
  readonly tenantId: string;
}

/** How an alert ended, by the word of a person. */
export interface Outcome extends TenantRule {
  readonly alertId: string;
  readonly verdict: Verdict;
  readonly decidedAt: string;
}

export interface HistoryOfRule extends TenantRule {
  readonly history: RuleHistory;
}

interface HistoryRow {
  readonly tenant_id: string;
  readonly source: string;
  readonly rule: string;
  readonly true_positives: number;
  readonly benign_true_positives: number;
  readonly false_positives: number;
}

export const outcomeRepository = {
  /**
   * Remembers the last word on each alert and keeps the sums by rule in step. `previous_verdict` is taken from the row as
   * the update finds it, after any wait for its lock, so that two words on one alert at once are not both counted. No alert
   * may occur twice in `outcomes`.
   */
  record: async (tx: Queryable, outcomes: readonly Outcome[]): Promise<void> => {
    await tx.query(sql`
      with changed as (
        insert into ai.outcomes as known (alert_id, tenant_id, source, rule, verdict, decided_at)
        select * from unnest(
          ${outcomes.map(({ alertId }) => alertId)}::uuid[],
          ${outcomes.map(({ tenantId }) => tenantId)}::text[],
          ${outcomes.map(({ source }) => source)}::text[],
          ${outcomes.map(({ rule }) => rule)}::text[],
          ${outcomes.map(({ verdict }) => verdict)}::text[],
          ${outcomes.map(({ decidedAt }) => decidedAt)}::timestamptz[]) as outcome (alert_id)
        order by alert_id
        on conflict (alert_id) do update
          set verdict = excluded.verdict, previous_verdict = known.verdict, decided_at = excluded.decided_at
          where excluded.decided_at >= known.decided_at
        returning tenant_id, source, rule, verdict, previous_verdict
      ), counted as (
        select tenant_id, source, rule, verdict, 1 as alerts from changed
        union all
        select tenant_id, source, rule, previous_verdict, -1 from changed where previous_verdict is not null
      )
      insert into ai.rule_outcomes as known (tenant_id, source, rule, true_positives, benign_true_positives, false_positives)
      select tenant_id, source, rule,
        coalesce(sum(alerts) filter (where verdict = 'true_positive'), 0),
        coalesce(sum(alerts) filter (where verdict = 'benign_true_positive'), 0),
        coalesce(sum(alerts) filter (where verdict = 'false_positive'), 0)
      from counted group by tenant_id, source, rule order by tenant_id, source, rule
      on conflict (tenant_id, source, rule) do update set
        true_positives = known.true_positives + excluded.true_positives,
        benign_true_positives = known.benign_true_positives + excluded.benign_true_positives,
        false_positives = known.false_positives + excluded.false_positives`);
  },

  /** The histories of these rules; rules without one are left out. */
  findHistories: async (read: Queryable, rules: readonly TenantRule[]): Promise<readonly HistoryOfRule[]> => {
    const rows = await read.query<HistoryRow>(sql`
      select tenant_id, source, rule, true_positives, benign_true_positives, false_positives from ai.rule_outcomes
      join (select distinct * from unnest(
        ${rules.map(({ tenantId }) => tenantId)}::text[],
        ${rules.map(({ source }) => source)}::text[],
        ${rules.map(({ rule }) => rule)}::text[]) as r (tenant_id, source, rule)) as wanted
      using (tenant_id, source, rule)`);
    return rows.map(({ tenant_id, source, rule, ...row }) => ({
      tenantId: tenant_id,
      source,
      rule,
      history: {
        truePositives: row.true_positives,
        benignTruePositives: row.benign_true_positives,
        falsePositives: row.false_positives,
      },
    }));
  },
};

export type OutcomeRepository = typeof outcomeRepository;
