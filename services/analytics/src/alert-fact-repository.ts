import type { Alert } from '@soc/contracts';
import { type Queryable, sql } from '@soc/db-cluster';
import type { KnownMilestones } from './domain/milestones.ts';

interface MilestoneRow {
  readonly alert_id: string;
  readonly triaged_at: string | null;
  readonly closed_at: string | null;
}

/** What analytics knows of each alert. */
export function createAlertFactRepository() {
  return {
    /** Stores facts, one statement for all; a fact with a lower version than the stored one is ignored. */
    save: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      const column = <Value>(value: (alert: Alert) => Value): Value[] => alerts.map(value);
      // text[] columns travel as JSON: unnest() would flatten an array of arrays.
      const lists = JSON.stringify(
        alerts.map(({ techniques, observables }) => [
          techniques,
          observables.map(({ type, value }) => `${type}:${value}`),
        ]),
      );
      await tx.query(sql`
        insert into analytics.alerts (
          alert_id, tenant_id, severity, status, source, rule, verdict, occurrences, received_at, analysed_at,
          triaged_at, closed_at, version, techniques, entities)
        select fact.alert_id, fact.tenant_id, fact.severity, fact.status, fact.source, fact.rule, fact.verdict,
          fact.occurrences, fact.received_at, fact.analysed_at, fact.triaged_at, fact.closed_at, fact.version,
          array(select jsonb_array_elements_text(list.pair -> 0)), array(select jsonb_array_elements_text(list.pair -> 1))
        from unnest(
          ${column(({ id }) => id)}::uuid[], ${column(({ tenantId }) => tenantId)}::text[],
          ${column(({ severity }) => severity)}::text[], ${column(({ status }) => status)}::text[],
          ${column(({ source }) => source)}::text[], ${column(({ ruleName, ruleId }) => ruleName ?? ruleId)}::text[],
          ${column(({ verdict }) => verdict)}::text[], ${column(({ occurrences }) => occurrences)}::int[],
          ${column(({ receivedAt }) => receivedAt)}::timestamptz[], ${column(({ analysedAt }) => analysedAt)}::timestamptz[],
          ${column(({ triagedAt }) => triagedAt)}::timestamptz[],
          ${column(({ closedAt }) => closedAt)}::timestamptz[], ${column(({ version }) => version)}::int[]
        ) with ordinality as fact (
          alert_id, tenant_id, severity, status, source, rule, verdict, occurrences, received_at, analysed_at,
          triaged_at, closed_at, version, position)
        join jsonb_array_elements(${lists}::jsonb) with ordinality as list (pair, position) using (position)
        order by fact.alert_id
        on conflict (alert_id) do update set
          severity = excluded.severity, status = excluded.status, verdict = excluded.verdict, occurrences = excluded.occurrences,
          techniques = excluded.techniques, analysed_at = excluded.analysed_at,
          triaged_at = excluded.triaged_at, closed_at = excluded.closed_at, version = excluded.version
        where alerts.version < excluded.version`);
    },

    /** Locks the rows, in the order of `save`: two replicas that learn of one milestone do not both find it new. */
    milestones: async (tx: Queryable, alertIds: readonly string[]): Promise<ReadonlyMap<string, KnownMilestones>> => {
      if (alertIds.length === 0) return new Map();
      const rows = await tx.query<MilestoneRow>(sql`
        select alert_id, triaged_at, closed_at from analytics.alerts where alert_id = any(${alertIds}::uuid[])
        order by alert_id for update`);
      return new Map(rows.map((row) => [row.alert_id, { triagedAt: row.triaged_at, closedAt: row.closed_at }]));
    },
  };
}
