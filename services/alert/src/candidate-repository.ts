import type { Alert } from '@soc/contracts';
import { type Queryable, sql } from '@soc/db-cluster';
import { alertColumns } from './alert-repository.ts';
import type { EntitySpan } from './domain/correlation/entity-spans.ts';
import type { LooseSpan } from './domain/correlation/left-open.ts';

export interface Carrier {
  readonly key: string;
  readonly incidentId: string;
  /** The member that named the entity last. */
  readonly alertId: string;
}

/** Incidents looked at per entity, the newest: an entity in more of them than this links nothing that is recent. */
const INCIDENTS_PER_ENTITY = 16;

/** Rows read to tell how common an entity is: a hub's twenty assets on each of eight days, and then some. */
const ASSET_ROWS = 256;

/** Entities looked at per incident that grows into the past. */
const ENTITIES_PER_INCIDENT = 500;

/**
 * Alerts looked at per entity, the latest: a bound for an entity that is in everything. One that could open an incident looks
 * for a partner again with each of its kind; an incident takes in what it finds, and that once.
 */
const ALERTS_PER_ENTITY = { toOpen: 500, toGather: 2_000 };

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

    /** With how many assets entities were seen lately; more than a few hundred rows are not counted. */
    countAssets: async (tx: Queryable, keys: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      const rows = await tx.query<{ key: string; assets: number }>(sql`
        select wanted.key, seen.assets from unnest(${keys}::uuid[]) as wanted (key)
        cross join lateral (
          select count(distinct asset)::integer as assets
          from (
            select asset from alert.entity_assets where entity = wanted.key order by day desc limit ${ASSET_ROWS}
          ) as latest
        ) as seen`);
      return new Map(rows.map(({ key, assets }) => [key, assets]));
    },

    /** What some incidents name, entities of many alerts first. */
    findNamed: (tx: Queryable, incidentIds: readonly string[]): Promise<Carrier[]> =>
      tx.query<Carrier>(sql`
        select named.entity as key, named.incident_id as "incidentId", named.alert_id as "alertId"
        from unnest(${incidentIds}::uuid[]) as grown (id)
        cross join lateral (
          select entity, incident_id, alert_id from alert.incident_entities
          where incident_id = grown.id and type <> 'process'
          order by alert_count desc, entity limit ${ENTITIES_PER_INCIDENT}
        ) as named`),

    /**
     * Analysed alerts in no incident that name any of the entities in its span, the latest. Of an entity the latest alerts
     * are looked at, loose or not: an index tells them, whereas which of them are loose takes a row each.
     */
    findLoose: (
      tx: Queryable,
      spans: readonly LooseSpan[],
      { exceptIds, limitRows }: { readonly exceptIds: readonly string[]; readonly limitRows: number },
    ): Promise<Alert[]> =>
      tx.query<Alert>(sql`
        with near as materialized (
          select latest.alert_id, bool_and(span.openers_only) as openers_only
          from unnest(
            ${spans.map(({ key }) => key)}::uuid[], ${spans.map(({ from }) => from)}::timestamptz[],
            ${spans.map(({ to }) => to)}::timestamptz[], ${spans.map(({ openersOnly }) => openersOnly)}::boolean[]
          ) as span (key, since, until, openers_only)
          cross join lateral (
            select alert_id from alert.alert_entities
            where entity = span.key and occurred_at between span.since and span.until
            order by occurred_at desc, alert_id desc
            limit case when span.openers_only then ${ALERTS_PER_ENTITY.toOpen}::bigint else ${ALERTS_PER_ENTITY.toGather}::bigint end
          ) as latest
          group by latest.alert_id
        )
        select ${alertColumns} from near join alert.alerts as a on a.id = near.alert_id
        where a.incident_id is null and a.analysed_at is not null and a.status <> 'closed' and a.suppressed_by is null
          and (a.severity <> 'informational' or not near.openers_only) and a.id <> all(${exceptIds}::uuid[])
        order by a.occurred_at desc, a.id desc limit ${limitRows}`),
  };
}

export type CandidateRepository = ReturnType<typeof createCandidateRepository>;
