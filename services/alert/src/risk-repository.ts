import type { Alert, ObservableType } from '@soc/contracts';
import { type Queryable, sql } from '@soc/db-cluster';
import type { AddedRisk } from './domain/correlation/risk.ts';

/** What alerts add up to for an entity by now. */
export interface EntityRisk {
  readonly key: string;
  readonly type: ObservableType;
  readonly value: string;
  readonly logRisk: number;
  readonly alertCount: number;
  readonly lastAt: string;
}

export type Contributor = Pick<Alert, 'id' | 'title' | 'severity' | 'occurredAt' | 'receivedAt' | 'incidentId'> & {
  readonly entity: string;
};

/** Alerts looked at per entity, the latest. */
const ALERTS_PER_ENTITY = 100;

/** The risk of entities as rows. */
export function createRiskRepository() {
  return {
    /** Adds to what is kept. The caller holds the tenant's lock. Powers are bounded: those of less make no difference. */
    add: async (tx: Queryable, tenantId: string, risks: readonly AddedRisk[]): Promise<void> => {
      if (risks.length === 0) return;
      await tx.query(sql`
        insert into alert.entity_risk as known (tenant_id, entity, type, value, log_risk, alert_count, last_at)
        select ${tenantId}, * from unnest(
          ${risks.map(({ key }) => key)}::uuid[], ${risks.map(({ type }) => type)}::text[],
          ${risks.map(({ value }) => value)}::text[], ${risks.map(({ logRisk }) => logRisk)}::double precision[],
          ${risks.map(({ alertCount }) => alertCount)}::integer[], ${risks.map(({ lastAt }) => lastAt)}::timestamptz[])
        on conflict (entity) do update set
          log_risk = greatest(known.log_risk, excluded.log_risk)
            + ln(1 + power(2::double precision, -least(abs(known.log_risk - excluded.log_risk), 100))) / ln(2::double precision),
          alert_count = known.alert_count + excluded.alert_count,
          last_at = greatest(known.last_at, excluded.last_at)`);
    },

    findMany: (tx: Queryable, keys: readonly string[]): Promise<EntityRisk[]> =>
      tx.query<EntityRisk>(sql`
        select entity as key, type, value, log_risk as "logRisk", alert_count as "alertCount", last_at as "lastAt"
        from alert.entity_risk where entity = any(${keys}::uuid[]) order by entity`),

    /** The riskiest first, which no passing of time changes. */
    list: (
      read: Queryable,
      tenantId: string,
      types: readonly ObservableType[] | undefined,
      page: { readonly after: readonly [number, string] | undefined; readonly limitRows: number },
    ): Promise<EntityRisk[]> => {
      const [logRisk = null, key = null] = page.after ?? [];
      return read.query<EntityRisk>(sql`
        select entity as key, type, value, log_risk as "logRisk", alert_count as "alertCount", last_at as "lastAt"
        from alert.entity_risk
        where tenant_id = ${tenantId} and (${types ?? null}::text[] is null or type = any(${types ?? null}::text[]))
          and (${logRisk}::double precision is null or (log_risk, entity) < (${logRisk}::double precision, ${key}::uuid))
        order by log_risk desc, entity desc limit ${page.limitRows}`);
    },

    /** The latest analysed alerts that name some entities. */
    listContributors: (read: Queryable, tenantId: string, keys: readonly string[]): Promise<Contributor[]> =>
      read.query<Contributor>(sql`
        select wanted.entity, a.id, a.title, a.severity, a.occurred_at as "occurredAt", a.received_at as "receivedAt",
          a.incident_id as "incidentId"
        from unnest(${keys}::uuid[]) as wanted (entity)
        cross join lateral (
          select alert_id from alert.alert_entities where entity = wanted.entity
          order by occurred_at desc, alert_id desc limit ${ALERTS_PER_ENTITY}
        ) as latest
        join alert.alerts as a on a.id = latest.alert_id
        where a.tenant_id = ${tenantId} and a.analysed_at is not null and a.suppressed_by is null`),

    /** Forgets what has faded. */
    prune: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.entity_risk where last_at < ${before}`);
    },
  };
}

export type RiskRepository = ReturnType<typeof createRiskRepository>;
