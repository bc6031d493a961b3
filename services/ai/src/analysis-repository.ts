import { Analysis } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';
import { Signals } from './domain/signals.ts';

/** An analysis with what it was computed from. */
export interface StoredAnalysis {
  readonly tenantId: string;
  readonly analysis: Analysis;
  readonly signals: Signals;
}

interface AnalysisRow {
  readonly tenant_id: string;
  readonly analysis: unknown;
  readonly signals: unknown;
}

export const analysisRepository = {
  /** One statement for a batch. Returns the ids of the alerts whose revision was not stored yet. */
  insertMany: async (tx: Queryable, rows: readonly StoredAnalysis[]): Promise<ReadonlySet<string>> => {
    const inserted = await tx.query<{ alert_id: string }>(sql`
      insert into ai.analyses (alert_id, revision, tenant_id, analysis, signals)
      select * from unnest(
        ${rows.map(({ analysis }) => analysis.alertId)}::uuid[],
        ${rows.map(({ analysis }) => analysis.revision)}::integer[],
        ${rows.map(({ tenantId }) => tenantId)}::text[],
        ${rows.map(({ analysis }) => json(analysis))}::jsonb[],
        ${rows.map(({ signals }) => json(signals))}::jsonb[])
      on conflict (alert_id, revision) do nothing
      returning alert_id`);
    return new Set(inserted.map(({ alert_id }) => alert_id));
  },

  /** The latest revision of each. */
  findLatest: async (
    tx: Queryable,
    alerts: readonly { readonly tenantId: string; readonly alertId: string }[],
  ): Promise<readonly StoredAnalysis[]> => {
    const rows = await tx.query<AnalysisRow>(sql`
      select distinct on (alert_id) tenant_id, analysis, signals
      from unnest(
        ${alerts.map(({ tenantId }) => tenantId)}::text[], ${alerts.map(({ alertId }) => alertId)}::uuid[])
        as asked (tenant_id, alert_id)
      join ai.analyses using (alert_id, tenant_id)
      order by alert_id, revision desc`);
    return rows.map(({ tenant_id, analysis, signals }) => ({
      tenantId: tenant_id,
      analysis: Analysis.parse(analysis),
      signals: Signals.parse(signals),
    }));
  },

  /** The latest revision. */
  find: async (read: Queryable, tenantId: string, alertId: string): Promise<Analysis | undefined> => {
    const [row] = await read.query<Pick<AnalysisRow, 'analysis'>>(sql`
      select analysis from ai.analyses where tenant_id = ${tenantId} and alert_id = ${alertId}
      order by revision desc limit 1`);
    return row && Analysis.parse(row.analysis);
  },
};

export type AnalysisRepository = typeof analysisRepository;
