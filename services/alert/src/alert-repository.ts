import type { Alert } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Turned } from './domain/arrival-entries.ts';
import type { Repetition } from './domain/deduplicate.ts';

/** The columns of `alert.alerts as a`, named as the contract names them. */
export const alertColumns = sql`
  a.id, a.tenant_id as "tenantId", a.title, a.description, a.severity, a.status, a.source, a.rule_id as "ruleId",
  a.rule_name as "ruleName", a.external_id as "externalId", a.fingerprint, a.occurrences, a.observables, a.tactics,
  a.techniques, a.tags, a.occurred_at as "occurredAt", a.last_seen_at as "lastSeenAt", a.received_at as "receivedAt",
  a.score, a.suggested_verdict as "suggestedVerdict", a.reputation, a.verdict, a.assignee, a.incident_id as "incidentId",
  a.suppressed_by as "suppressedBy",
  case when a.resolved_at >= coalesce(a.last_fired_at, '-infinity') then a.resolved_at end as "resolvedAt",
  a.analysed_at as "analysedAt", a.enriched_at as "enrichedAt", a.triaged_at as "triagedAt", a.closed_at as "closedAt",
  a.version`;

/** What a new alert that is over already had happened by: when exactly makes no difference, for it was before its end. */
const firedBy = ({ resolvedAt, occurredAt, lastSeenAt }: Alert): string =>
  (resolvedAt ?? null) === null ? lastSeenAt : occurredAt;

/** Alerts as rows: one by one for people, set by set for the flow. */
export function createAlertRepository() {
  return {
    /** New alerts, one statement for all; of `neverFired` nothing was heard but that they are over. */
    insert: async (
      tx: Queryable,
      alerts: readonly Alert[],
      neverFired: ReadonlySet<string> = new Set(),
    ): Promise<void> => {
      const rows = alerts.map((alert) => ({ ...alert, lastFiredAt: neverFired.has(alert.id) ? null : firedBy(alert) }));
      await tx.query(sql`
        insert into alert.alerts (
          id, tenant_id, title, description, severity, status, source, rule_id, rule_name, external_id, fingerprint,
          occurrences, observables, tactics, techniques, tags, occurred_at, last_seen_at, received_at, suppressed_by,
          resolved_at, last_fired_at, version)
        select * from json_to_recordset(${json(rows)}::json) as alert (
          "id" uuid, "tenantId" text, "title" text, "description" text, "severity" text, "status" text, "source" text,
          "ruleId" text, "ruleName" text, "externalId" text, "fingerprint" text, "occurrences" integer,
          "observables" jsonb, "tactics" text[], "techniques" text[], "tags" text[], "occurredAt" timestamptz,
          "lastSeenAt" timestamptz, "receivedAt" timestamptz, "suppressedBy" uuid, "resolvedAt" timestamptz,
          "lastFiredAt" timestamptz, "version" integer)`);
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
     * Counts repetitions and returns the alerts as they are then. What was over and fires again, by event time, is firing; if
     * people had closed it and not as noise, it is back in work. Here and in the other updates of many, rows are locked in the
     * order of their ids first: two that meet over the same alerts would deadlock otherwise.
     */
    countRepetitions: async (tx: Queryable, repetitions: readonly Repetition[]): Promise<readonly Turned[]> => {
      if (repetitions.length === 0) return [];
      const rows = await tx.query<Alert & Omit<Turned, 'alert'>>(sql`
        with repetition as (
          select * from unnest(
            ${repetitions.map(({ alertId }) => alertId)}::uuid[], ${repetitions.map(({ count }) => count)}::integer[],
            ${repetitions.map(({ lastSeenAt }) => lastSeenAt)}::timestamptz[],
            ${repetitions.map(({ course }) => course.firedAt)}::timestamptz[],
            ${repetitions.map(({ course }) => course.overAt)}::timestamptz[]
          ) as given (id, count, last_seen_at, fired_at, over_at)
        ), locked as materialized (
          select id, status, verdict, resolved_at, resolved_at is not null and last_fired_at is null as never_fired,
            coalesce(last_fired_at, case when resolved_at is null then last_seen_at end) as fired_at
          from alert.alerts where id in (select id from repetition) order by id for no key update
        ), course as (
          select locked.*, coalesce(resolved_at >= coalesce(locked.fired_at, '-infinity'), false) as was_over,
            greatest(locked.fired_at, repetition.fired_at) as fires_at, greatest(resolved_at, over_at) as over_at
          from locked join repetition using (id)
        ), told as (
          select *, was_over and fires_at > over_at and status = 'closed'
              and coalesce(verdict, '') not in ('false_positive', 'benign_true_positive') as reopens
          from course
        )
        update alert.alerts as a set
          occurrences = case when told.never_fired and told.fires_at is not null
            then greatest(repetition.count, 1) else a.occurrences + repetition.count end,
          last_seen_at = greatest(a.last_seen_at, repetition.last_seen_at),
          resolved_at = told.over_at, last_fired_at = told.fires_at,
          status = case when told.reopens then 'investigating' else a.status end,
          closed_at = case when told.reopens then null else a.closed_at end,
          version = a.version + 1
        from told join repetition using (id)
        where a.id = told.id
        returning ${alertColumns}, told.was_over as "wasOver", told.reopens as "isReopened"`);
      return rows.map(({ wasOver, isReopened, ...alert }) => ({ alert, wasOver, isReopened }));
    },

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
