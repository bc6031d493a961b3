import type { Alert, Verdict } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';
import { alertColumns } from './alert-repository.ts';
import type { AnalysedAlert } from './domain/analysed.ts';
import type { EnrichmentFact } from './domain/enriched.ts';

/** ai's answer to one alert, its techniques and tactics already joined with those the alert had. */
export interface AnalysisFact {
  readonly id: string;
  readonly revision: number;
  readonly score: number;
  readonly suggestedVerdict: Verdict;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly analysedAt: string;
  readonly incidentId: string | null;
}

/** What the other services found out about alerts. Locks rows in the order of their ids, as `countRepetitions` does. */
export function createAlertFactsRepository() {
  return {
    /** Alerts with the revision of the analysis they already have. */
    findForAnalysis: async (
      tx: Queryable,
      tenantId: string,
      ids: readonly string[],
    ): Promise<readonly AnalysedAlert[]> => {
      const rows = await tx.query<Alert & { readonly revision: number }>(sql`
        select ${alertColumns}, a.analysis_revision as revision from alert.alerts as a
        where a.id = any(${ids}::uuid[]) and a.tenant_id = ${tenantId}`);
      return rows.map(({ revision, ...alert }) => ({ alert, revision }));
    },

    saveAnalyses: (tx: Queryable, facts: readonly AnalysisFact[]): Promise<Alert[]> =>
      tx.query<Alert>(sql`
        with fact as materialized (
          select * from json_to_recordset(${json(facts)}::json) as given (
            "id" uuid, "revision" integer, "score" smallint, "suggestedVerdict" text, "tactics" text[],
            "techniques" text[], "analysedAt" timestamptz, "incidentId" uuid)
        ), locked as materialized (
          select id from alert.alerts where id in (select id from fact) order by id for no key update
        )
        update alert.alerts as a set
          analysis_revision = fact.revision, score = fact.score, suggested_verdict = fact."suggestedVerdict",
          tactics = fact.tactics, techniques = fact.techniques, analysed_at = fact."analysedAt",
          incident_id = fact."incidentId", version = a.version + 1
        from locked join fact using (id)
        where a.id = locked.id
        returning ${alertColumns}`),

    saveEnrichments: (tx: Queryable, facts: readonly EnrichmentFact[]): Promise<Alert[]> =>
      tx.query<Alert>(sql`
        with fact as materialized (
          select * from unnest(
            ${facts.map(({ id }) => id)}::uuid[], ${facts.map(({ tenantId }) => tenantId)}::text[],
            ${facts.map(({ reputation }) => reputation)}::text[], ${facts.map(({ enrichedAt }) => enrichedAt)}::timestamptz[]
          ) as given (id, tenant_id, reputation, enriched_at)
        ), locked as materialized (
          select alerts.id from alert.alerts join fact using (id, tenant_id)
          where alerts.enriched_at is null or alerts.enriched_at < fact.enriched_at
          order by alerts.id for no key update of alerts
        )
        update alert.alerts as a set
          reputation = fact.reputation, enriched_at = fact.enriched_at, version = a.version + 1
        from locked join fact using (id)
        where a.id = locked.id
        returning ${alertColumns}`),
  };
}

export type AlertFactsRepository = ReturnType<typeof createAlertFactsRepository>;
