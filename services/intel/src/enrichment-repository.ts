import { Enrichment } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';

interface EnrichmentRow {
  readonly alert_id: string;
  readonly reputation: string;
  readonly matches: unknown;
  readonly warninglist_hits: unknown;
  readonly enriched_at: string;
}

export interface TenantEnrichment {
  readonly tenantId: string;
  readonly enrichment: Enrichment;
}

export const enrichmentRepository = {
  /** One statement for a batch. Returns the ids of the alerts that were not enriched yet. */
  insertMany: async (tx: Queryable, rows: readonly TenantEnrichment[]): Promise<ReadonlySet<string>> => {
    const inserted = await tx.query<{ alert_id: string }>(sql`
      insert into intel.enrichments (alert_id, tenant_id, reputation, matches, warninglist_hits, enriched_at)
      select * from unnest(
        ${rows.map(({ enrichment }) => enrichment.alertId)}::uuid[],
        ${rows.map(({ tenantId }) => tenantId)}::text[],
        ${rows.map(({ enrichment }) => enrichment.reputation)}::text[],
        ${rows.map(({ enrichment }) => json(enrichment.matches))}::jsonb[],
        ${rows.map(({ enrichment }) => json(enrichment.warninglistHits))}::jsonb[],
        ${rows.map(({ enrichment }) => enrichment.enrichedAt)}::timestamptz[])
      on conflict (alert_id) do nothing
      returning alert_id`);
    return new Set(inserted.map(({ alert_id }) => alert_id));
  },

  find: async (read: Queryable, tenantId: string, alertId: string): Promise<Enrichment | undefined> => {
    const [row] = await read.query<EnrichmentRow>(sql`
      select alert_id, reputation, matches, warninglist_hits, enriched_at from intel.enrichments
      where tenant_id = ${tenantId} and alert_id = ${alertId}`);
    if (!row) return undefined;
    const { alert_id: id, warninglist_hits: warninglistHits, enriched_at: enrichedAt, ...rest } = row;
    return Enrichment.parse({ ...rest, alertId: id, warninglistHits, enrichedAt });
  },
};
