import type { CorrelationReason } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Membership } from './domain/alert-timeline.ts';
import type { NamedEntity, NewMember } from './domain/correlation/story.ts';
import type { MemberSummary } from './domain/reshape-incident.ts';

interface Of {
  readonly tenantId: string;
  readonly incidentId: string;
}

/** Which alerts and which entities an incident has, and why. */
export function createMemberRepository() {
  return {
    add: async (tx: Queryable, members: readonly (NewMember & Of)[], at: string): Promise<void> => {
      if (members.length === 0) return;
      await tx.query(sql`
        insert into alert.incident_members (incident_id, occurred_at, alert_id, tenant_id, joined_at, reasons)
        select "incidentId", "occurredAt", "alertId", "tenantId", ${at}::timestamptz, reasons
        from json_to_recordset(${json(members)}::json) as member (
          "incidentId" uuid, "occurredAt" timestamptz, "alertId" uuid, "tenantId" text, "reasons" jsonb)`);
    },

    nameEntities: async (tx: Queryable, entities: readonly (NamedEntity & Of)[]): Promise<void> => {
      if (entities.length === 0) return;
      await tx.query(sql`
        insert into alert.incident_entities as known (
          tenant_id, entity, incident_id, type, value, is_asset, alert_id, alert_count)
        select * from json_to_recordset(${json(entities)}::json) as named (
          "tenantId" text, "key" uuid, "incidentId" uuid, "type" text, "value" text, "isAsset" boolean, "alertId" uuid,
          "alertCount" integer)
        on conflict (entity, incident_id) do update
          set alert_id = excluded.alert_id, alert_count = known.alert_count + excluded.alert_count`);
    },

    find: async (
      read: Queryable,
      alert: { readonly id: string; readonly incidentId: string; readonly occurredAt: string },
    ): Promise<Membership | undefined> => {
      const [membership] = await read.query<Membership>(sql`
        select incident_id as "incidentId", joined_at as "joinedAt", reasons from alert.incident_members
        where incident_id = ${alert.incidentId} and occurred_at = ${alert.occurredAt} and alert_id = ${alert.id}`);
      return membership;
    },

    /** Why the first members belong together, in the order of event time. */
    listReasons: async (read: Queryable, incidentId: string, limitRows: number): Promise<CorrelationReason[]> => {
      const rows = await read.query<{ reasons: CorrelationReason[] }>(sql`
        select reasons from alert.incident_members
        where incident_id = ${incidentId} order by occurred_at, alert_id limit ${limitRows}`);
      return rows.flatMap(({ reasons }) => reasons).slice(0, limitRows);
    },

    /** All members of some incidents become members of another; returns their ids. */
    moveAll: async (tx: Queryable, fromIds: readonly string[], intoId: string): Promise<readonly string[]> => {
      const moved = await tx.query<{ id: string }>(sql`
        update alert.incident_members set incident_id = ${intoId}
        where incident_id = any(${fromIds}::uuid[]) returning alert_id as id`);
      await tx.query(sql`
        with moved as (
          delete from alert.incident_entities where incident_id = any(${fromIds}::uuid[])
          returning tenant_id, entity, type, value, is_asset, alert_id, alert_count
        )
        insert into alert.incident_entities as known (
          tenant_id, entity, incident_id, type, value, is_asset, alert_id, alert_count)
        select tenant_id, entity, ${intoId}::uuid, type, value, is_asset, max(alert_id::text)::uuid, sum(alert_count)
        from moved group by tenant_id, entity, type, value, is_asset
        on conflict (entity, incident_id) do update set alert_count = known.alert_count + excluded.alert_count`);
      return moved.map(({ id }) => id);
    },

    /** Some members of an incident become members of another; returns their ids. Entities are counted anew for both. */
    moveSome: async (
      tx: Queryable,
      fromId: string,
      intoId: string,
      alertIds: readonly string[],
    ): Promise<readonly string[]> => {
      const moved = await tx.query<{ id: string }>(sql`
        update alert.incident_members set incident_id = ${intoId}
        where incident_id = ${fromId} and alert_id = any(${alertIds}::uuid[]) returning alert_id as id`);
      await tx.query(sql`
        with known as (
          delete from alert.incident_entities where incident_id = ${fromId}
          returning tenant_id, entity, type, value, is_asset
        )
        insert into alert.incident_entities (
          tenant_id, entity, incident_id, type, value, is_asset, alert_id, alert_count)
        select known.tenant_id, known.entity, member.incident_id, known.type, known.value, known.is_asset,
          max(member.alert_id::text)::uuid, count(*)
        from known
        join alert.alert_entities as named using (entity)
        join alert.incident_members as member using (occurred_at, alert_id)
        where member.incident_id in (${fromId}, ${intoId})
        group by known.tenant_id, known.entity, member.incident_id, known.type, known.value, known.is_asset
        on conflict (entity, incident_id) do nothing`);
      return moved.map(({ id }) => id);
    },

    /** What the members of an incident amount to, counted from scratch. */
    summarise: async (tx: Queryable, incidentId: string): Promise<MemberSummary> => {
      const [summary] = await tx.query<MemberSummary>(sql`
        select
          count(*) as "alertCount", min(a.occurred_at) as "firstSeenAt", max(a.occurred_at) as "lastSeenAt",
          array_agg(distinct a.severity) as severities,
          array(select distinct unnest(b.tactics) from alert.incident_members as m join alert.alerts as b on b.id = m.alert_id
            where m.incident_id = ${incidentId}) as tactics,
          array(select distinct unnest(b.techniques) from alert.incident_members as m
            join alert.alerts as b on b.id = m.alert_id where m.incident_id = ${incidentId}) as techniques,
          (select coalesce(jsonb_agg(jsonb_build_object('type', type, 'value', value)), '[]') from (
            select type, value from alert.incident_entities where incident_id = ${incidentId} and type <> 'process'
            order by alert_count desc, value limit 25) as entity) as entities,
          (select count(*) from alert.incident_entities where incident_id = ${incidentId} and is_asset) as "assetCount"
        from alert.incident_members as member join alert.alerts as a on a.id = member.alert_id
        where member.incident_id = ${incidentId}`);
      // An aggregate without grouping answers exactly one row.
      return summary as MemberSummary;
    },
  };
}

export type MemberRepository = ReturnType<typeof createMemberRepository>;
