import type { Alert } from '@soc/contracts';
import { type Queryable, sql } from '@soc/db-cluster';
import { alertColumns } from './alert-repository.ts';
import type { EntitySpan } from './domain/correlation/entity-spans.ts';

export interface Carrier {
  readonly key: string;
  readonly incidentId: string;
  /** The member that named the entity last. */
  readonly alertId: string;
}

/** Incidents looked at per entity, the newest: an entity in more of them than this links nothing that is recent. */
const INCIDENTS_PER_ENTITY = 16;

/** What correlation has to know before it decides. Every look-up is bounded, whatever the entity. */
export function createCandidateRepository() {
  return {
    /**
     * Until the end of the transaction this tenant's incidents change here only. Without it, two replicas that handle two
     * alerts of one story at the same time would each open an incident, as neither sees the other's. Taken once for a
     * batch, before any row, so that it cannot be part of a deadlock.
     */
    lockTenant: async (tx: Queryable, tenantId: string): Promise<void> => {
      await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`alert correlation ${tenantId}`}, 0))`);
    },

    /** The incidents near in time that know any of the entities; never one that was merged away. */
    findCarriers: (tx: Queryable, spans: readonly EntitySpan[]): Promise<Carrier[]> =>
      tx.query<Carrier>(sql`
        select span.key, newest.incident_id as "incidentId", newest.alert_id as "alertId"
        from unnest(
          ${spans.map(({ key }) => key)}::uuid[], ${spans.map(({ from }) => from)}::timestamptz[],
          ${spans.map(({ to }) => to)}::timestamptz[]) as span (key, since, until)
        cross join lateral (
          select incident_id, alert_id from alert.incident_entities
          where entity = span.key order by incident_id desc limit ${INCIDENTS_PER_ENTITY}
        ) as newest
        join alert.incidents on incidents.id = newest.incident_id
        where incidents.status <> 'closed' and incidents.last_seen_at >= span.since
          and incidents.first_seen_at <= span.until`),

    /** Analysed alerts in no incident that name any of the entities in its span. */
    findLoose: (
      tx: Queryable,
      spans: readonly EntitySpan[],
      { exceptIds, limitPerEntity }: { readonly exceptIds: readonly string[]; readonly limitPerEntity: number },
    ): Promise<Alert[]> =>
      tx.query<Alert>(sql`
        with near as materialized (
          select distinct latest.alert_id
          from unnest(
            ${spans.map(({ key }) => key)}::uuid[], ${spans.map(({ from }) => from)}::timestamptz[],
            ${spans.map(({ to }) => to)}::timestamptz[]) as span (key, since, until)
          cross join lateral (
            select alert_id from alert.alert_entities
            where entity = span.key and occurred_at between span.since and span.until
            order by occurred_at desc, alert_id desc limit ${limitPerEntity}
          ) as latest
        )
        select ${alertColumns} from near join alert.alerts as a on a.id = near.alert_id
        where a.incident_id is null and a.analysed_at is not null and a.status <> 'closed'
          and a.id <> all(${exceptIds}::uuid[])`),
  };
}

export type CandidateRepository = ReturnType<typeof createCandidateRepository>;
