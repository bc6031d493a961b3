import type { Alert } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Repetition } from './domain/deduplicate.ts';

/** The columns of `alert.alerts as a`, named as the contract names them. */
export const alertColumns = sql`
  a.id, a.tenant_id as "tenantId", a.title, a.description, a.severity, a.status, a.source, a.rule_id as "ruleId",
  a.rule_name as "ruleName", a.external_id as "externalId", a.fingerprint, a.occurrences, a.observables, a.tactics,
  a.techniques, a.tags, a.occurred_at as "occurredAt", a.last_seen_at as "lastSeenAt", a.received_at as "receivedAt",
  a.score, a.suggested_verdict as "suggestedVerdict", a.reputation, a.verdict, a.assignee, a.incident_id as "incidentId",
  a.suppressed_by as "suppressedBy",
  a.analysed_at as "analysedAt", a.enriched_at as "enrichedAt", a.triaged_at as "triagedAt", a.closed_at as "closedAt",
  a.version`;

/** Alerts as rows: one by one for people, set by set for the flow. */
export function createAlertRepository() {
  return {
    /** New alerts, one statement for all. */
    insert: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      await tx.query(sql`
        insert into alert.alerts (
          id, tenant_id, title, description, severity, status, source, rule_id, rule_name, external_id, fingerprint,
          occurrences, observables, tactics, techniques, tags, occurred_at, last_seen_at, received_at, suppressed_by,
          version)
        select * from json_to_recordset(${json(alerts)}::json) as alert (
          "id" uuid, "tenantId" text, "title" text, "description" text, "severity" text, "status" text, "source" text,
          "ruleId" text, "ruleName" text, "externalId" text, "fingerprint" text, "occurrences" integer,
          "observables" jsonb, "tactics" text[], "techniques" text[], "tags" text[], "occurredAt" timestamptz,
          "lastSeenAt" timestamptz, "receivedAt" timestamptz, "suppressedBy" uuid, "version" integer)`);
    },

    find: async (read: Queryable, tenantId: string, id: string): Promise<Alert | undefined> => {
      const [alert] = await read.query<Alert>(sql`
        select ${alertColumns} from alert.alerts as a where a.id = ${id} and a.tenant_id = ${tenantId}`);
      return alert;
    },

    /** The alert with its row locked until the end of the transaction. */
    lock: async (tx: Queryable, tenantId: string, id: string): Promise<Alert | undefined> => {
      const [alert] = await tx.query<Alert>(sql`
        select ${alertColumns} from alert.alerts as a
        where a.id = ${id} and a.tenant_id = ${tenantId} for no key update`);
      return alert;
    },

    /** Locks the rows, in the order of their ids, for a transaction that is to change them in several statements. */
    lockMany: async (tx: Queryable, ids: readonly string[]): Promise<void> => {
      await tx.query(sql`
        select from alert.alerts where id = any(${ids}::uuid[]) order by id for no key update`);
    },

    findMany: (read: Queryable, tenantId: string, ids: readonly string[]): Promise<Alert[]> =>
      read.query<Alert>(sql`
        select ${alertColumns} from alert.alerts as a where a.id = any(${ids}::uuid[]) and a.tenant_id = ${tenantId}`),

    /** What an analyst may change. */
    saveTriage: async (tx: Queryable, alert: Alert): Promise<void> => {
      await tx.query(sql`
        update alert.alerts set
          status = ${alert.status}, severity = ${alert.severity}, assignee = ${alert.assignee}, verdict = ${alert.verdict},
          triaged_at = ${alert.triagedAt}, closed_at = ${alert.closedAt}, version = ${alert.version}
        where id = ${alert.id} and tenant_id = ${alert.tenantId}`);
    },

    /**
     * Counts repetitions and returns the alerts as they are then. Here and in the other updates of many, rows are locked in
     * the order of their ids first: two that meet over the same alerts would deadlock otherwise.
     */
    countRepetitions: (tx: Queryable, repetitions: readonly Repetition[]): Promise<Alert[]> =>
      tx.query<Alert>(sql`
        with repetition as (
          select * from unnest(
            ${repetitions.map(({ alertId }) => alertId)}::uuid[], ${repetitions.map(({ count }) => count)}::integer[],
            ${repetitions.map(({ lastSeenAt }) => lastSeenAt)}::timestamptz[]) as given (id, count, last_seen_at)
        ), locked as materialized (
          select id from alert.alerts where id in (select id from repetition) order by id for no key update
        )
        update alert.alerts as a set
          occurrences = a.occurrences + repetition.count,
          last_seen_at = greatest(a.last_seen_at, repetition.last_seen_at),
          version = a.version + 1
        from locked join repetition using (id)
        where a.id = locked.id
        returning ${alertColumns}`),

    /** Puts alerts into incidents; returns them as they are then. */
    assignIncidents: (
      tx: Queryable,
      assignments: readonly { readonly alertId: string; readonly incidentId: string }[],
    ): Promise<Alert[]> =>
      tx.query<Alert>(sql`
        with given as (
          select * from unnest(
            ${assignments.map(({ alertId }) => alertId)}::uuid[],
            ${assignments.map(({ incidentId }) => incidentId)}::uuid[]) as assignment (id, incident_id)
        ), locked as materialized (
          select id from alert.alerts where id in (select id from given) order by id for no key update
        )
        update alert.alerts as a set incident_id = given.incident_id, version = a.version + 1
        from locked join given using (id)
        where a.id = locked.id
        returning ${alertColumns}`),
  };
}

export type AlertRepository = ReturnType<typeof createAlertRepository>;
