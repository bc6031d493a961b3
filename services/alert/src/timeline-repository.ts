import type { TimelineEntry, TimelineKind } from '@soc/contracts/alert/timeline';
import { json, type Queryable, sql } from '@soc/db-cluster';

/** Something to remember about an alert or an incident, or both. */
export interface NewEntry {
  readonly id: string;
  readonly tenantId: string;
  readonly alertId: string | null;
  readonly incidentId: string | null;
  readonly at: string;
  readonly kind: TimelineKind;
  readonly actor: string | null;
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where the page before ended. */
export interface TimelinePosition {
  readonly at: string;
  readonly id: string;
}

interface Page {
  readonly after: TimelinePosition | undefined;
  readonly limitRows: number;
}

/** What people and services did, and the members of incidents as part of their story. */
export function createTimelineRepository() {
  return {
    add: async (tx: Queryable, entries: readonly NewEntry[]): Promise<void> => {
      if (entries.length === 0) return;
      await tx.query(sql`
        insert into alert.timeline_entries (id, tenant_id, alert_id, incident_id, at, kind, actor, summary, data)
        select * from json_to_recordset(${json(entries)}::json) as entry (
          "id" uuid, "tenantId" text, "alertId" uuid, "incidentId" uuid, "at" timestamptz, "kind" text, "actor" text,
          "summary" text, "data" jsonb)`);
    },

    listOfAlert: (
      read: Queryable,
      tenantId: string,
      alertId: string,
      { after, limitRows }: Page,
    ): Promise<TimelineEntry[]> => {
      const since = after ? sql`and (at, id::text collate "C") > (${after.at}::timestamptz, ${after.id})` : sql``;
      return read.query<TimelineEntry>(sql`
        select id::text, at, kind, actor, summary, alert_id as "alertId", data from alert.timeline_entries
        where alert_id = ${alertId} and tenant_id = ${tenantId} ${since}
        order by at, id::text collate "C" limit ${limitRows}`);
    },

    /** Members by event time and what was done by its own time, as one story. */
    listOfIncident: (
      read: Queryable,
      tenantId: string,
      incidentId: string,
      { after, limitRows }: Page,
    ): Promise<TimelineEntry[]> => {
      const since = (at: ReturnType<typeof sql>, id: ReturnType<typeof sql>) =>
        after ? sql`and (${at}, ${id}) > (${after.at}::timestamptz, ${after.id}::uuid)` : sql``;
      return read.query<TimelineEntry>(sql`
        (select member.alert_id as id, member.occurred_at as at, 'alert' as kind, null as actor, a.title as summary,
            member.alert_id as "alertId",
            jsonb_build_object('severity', a.severity, 'source', a.source, 'status', a.status, 'reasons', member.reasons) as data
          from alert.incident_members as member join alert.alerts as a on a.id = member.alert_id
          where member.incident_id = ${incidentId} and member.tenant_id = ${tenantId}
            ${since(sql`member.occurred_at`, sql`member.alert_id`)}
          order by member.occurred_at, member.alert_id limit ${limitRows})
        union all
        (select id, at, kind, actor, summary, alert_id, data from alert.timeline_entries
          where incident_id = ${incidentId} and tenant_id = ${tenantId} ${since(sql`at`, sql`id`)}
          order by at, id limit ${limitRows})
        order by at, id limit ${limitRows}`);
    },
  };
}

export type TimelineRepository = ReturnType<typeof createTimelineRepository>;
