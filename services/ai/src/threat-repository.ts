import { IntelHit } from '@soc/contracts/ai/analysis';
import { json, type Queryable, sql } from '@soc/db-cluster';

/** An entity of a tenant that intel knows. */
export interface KnownThreat {
  readonly tenantId: string;
  readonly entity: string;
  readonly hit: IntelHit;
}

interface ThreatRow {
  readonly tenant_id: string;
  readonly entity: string;
  readonly hit: unknown;
}

/** What enrichments said of entities: the first analysis of the next alert with one of them counts it at once. */
export const threatRepository = {
  /** The last word counts. No entity may occur twice. */
  remember: async (tx: Queryable, threats: readonly KnownThreat[], at: Date): Promise<void> => {
    await tx.query(sql`
      insert into ai.known_threats (tenant_id, entity, hit, seen_at)
      select tenant_id, entity, hit, ${at}::timestamptz from unnest(
        ${threats.map(({ tenantId }) => tenantId)}::text[],
        ${threats.map(({ entity }) => entity)}::uuid[],
        ${threats.map(({ hit }) => json(hit))}::jsonb[]) as threat (tenant_id, entity, hit)
      order by tenant_id, entity
      on conflict (tenant_id, entity) do update set hit = excluded.hit, seen_at = excluded.seen_at`);
  },

  /** Those of these entities that were known at `since` or later. */
  find: async (
    read: Queryable,
    entities: readonly Omit<KnownThreat, 'hit'>[],
    since: Date,
  ): Promise<readonly KnownThreat[]> => {
    const rows = await read.query<ThreatRow>(sql`
      select tenant_id, entity, hit from ai.known_threats
      join unnest(${entities.map(({ tenantId }) => tenantId)}::text[], ${entities.map(({ entity }) => entity)}::uuid[])
        as wanted (tenant_id, entity) using (tenant_id, entity)
      where seen_at >= ${since}`);
    return rows.map(({ tenant_id, entity, hit }) => ({ tenantId: tenant_id, entity, hit: IntelHit.parse(hit) }));
  },
};

export type ThreatRepository = typeof threatRepository;
