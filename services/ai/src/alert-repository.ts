import { IntelHit } from '@soc/contracts/ai/analysis';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Rule } from './domain/rule.ts';

export interface AnalysedAlert extends Rule {
  readonly tenantId: string;
  readonly alertId: string;
  /** The confidence with which intel counts, unless an enrichment of this very alert came first. */
  readonly confidence: number;
}

export interface EnrichedAlert {
  readonly tenantId: string;
  readonly alertId: string;
  readonly enrichedAt: string;
  readonly hit: IntelHit | null;
}

interface EnrichedRow {
  readonly alert_id: string;
  readonly hit: unknown;
}

interface ScoredRow {
  readonly alert_id: string;
  readonly scored_confidence: number | null;
}

/**
 * Where analysis and enrichment of an alert meet. Both write its row first; rows are taken in the order of their ids, so
 * that batches do not wait for each other in a circle.
 */
export const alertRepository = {
  /** Returns the surest hit, or null, of those alerts whose enrichment came first. */
  recordAnalysed: async (
    tx: Queryable,
    alerts: readonly AnalysedAlert[],
  ): Promise<ReadonlyMap<string, IntelHit | null>> => {
    const rows = await tx.query<EnrichedRow>(sql`
      with recorded as (
        insert into ai.alerts as known (alert_id, tenant_id, source, rule, scored_confidence)
        select * from unnest(
          ${alerts.map(({ alertId }) => alertId)}::uuid[],
          ${alerts.map(({ tenantId }) => tenantId)}::text[],
          ${alerts.map(({ source }) => source)}::text[],
          ${alerts.map(({ rule }) => rule)}::text[],
          ${alerts.map(({ confidence }) => confidence)}::smallint[]) as alert (alert_id)
        order by alert_id
        on conflict (alert_id) do update set source = excluded.source, rule = excluded.rule,
          scored_confidence = coalesce(known.scored_confidence,
            case when known.enriched_at is null then excluded.scored_confidence
                 else coalesce((known.hit ->> 'confidence')::smallint, 0) end)
        returning alert_id, enriched_at, hit
      )
      select alert_id, hit from recorded where enriched_at is not null`);
    return new Map(rows.map(({ alert_id, hit }) => [alert_id, IntelHit.nullable().parse(hit)]));
  },

  /** Returns the confidence with which the analysis counted intel, of those alerts that are analysed already. */
  recordEnriched: async (tx: Queryable, alerts: readonly EnrichedAlert[]): Promise<ReadonlyMap<string, number>> => {
    const rows = await tx.query<ScoredRow>(sql`
      insert into ai.alerts as known (alert_id, tenant_id, enriched_at, hit)
      select * from unnest(
        ${alerts.map(({ alertId }) => alertId)}::uuid[],
        ${alerts.map(({ tenantId }) => tenantId)}::text[],
        ${alerts.map(({ enrichedAt }) => enrichedAt)}::timestamptz[],
        ${alerts.map(({ hit }) => hit && json(hit))}::jsonb[]) as alert (alert_id)
      order by alert_id
      on conflict (alert_id) do update set enriched_at = excluded.enriched_at, hit = excluded.hit
        where known.enriched_at is null or known.enriched_at <= excluded.enriched_at
      returning alert_id, scored_confidence`);
    return new Map(
      rows.flatMap(({ alert_id, scored_confidence: confidence }) =>
        confidence === null ? [] : [[alert_id, confidence] as const],
      ),
    );
  },

  saveScored: async (tx: Queryable, confidences: ReadonlyMap<string, number>): Promise<void> => {
    await tx.query(sql`
      update ai.alerts set scored_confidence = scored.confidence
      from unnest(${[...confidences.keys()]}::uuid[], ${[...confidences.values()]}::smallint[]) as scored (alert_id, confidence)
      where alerts.alert_id = scored.alert_id`);
  },

  /** The rule an alert came from; undefined while it is not analysed. */
  findRule: async (read: Queryable, tenantId: string, alertId: string): Promise<Rule | undefined> => {
    const [row] = await read.query<Rule>(sql`
      select source, rule from ai.alerts
      where tenant_id = ${tenantId} and alert_id = ${alertId} and source is not null`);
    return row;
  },
};

export type AlertRepository = typeof alertRepository;
