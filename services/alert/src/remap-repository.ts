import type { Alert } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';

/** A payload with what is needed to read it again. */
export interface StoredPayload {
  readonly alertId: string;
  readonly receivedAt: string;
  readonly payload: string;
  readonly encoding: 'text' | 'base64';
  readonly mappingVersion: number | null;
}

/** What a call reads into memory at most, but for a single payload. */
const PAGE_BYTES = 16 * 1_048_576;

interface PayloadPage {
  readonly payloads: readonly StoredPayload[];
  /** Whether there are none after these. */
  readonly isLast: boolean;
}

/** Stored payloads by the mapping that read them, and what reading them again changes. */
export function createRemapRepository() {
  return {
    /** Of alerts of the source alone: another source may have a mapping of the same name. */
    listPayloads: async (
      read: Queryable,
      tenantId: string,
      page: {
        readonly source: string;
        readonly mapping: string;
        readonly after: string | undefined;
        readonly limitRows: number;
      },
    ): Promise<PayloadPage> => {
      const rows = await read.query<StoredPayload & { readonly found: number }>(sql`
        with found as materialized (
          select p.alert_id, octet_length(p.payload) as bytes
          from alert.raw_payloads as p join alert.alerts as a on a.id = p.alert_id
          where p.tenant_id = ${tenantId} and p.mapping = ${page.mapping} and a.source = ${page.source}
            and p.alert_id > ${page.after ?? '00000000-0000-0000-0000-000000000000'}
          order by p.alert_id limit ${page.limitRows}
        ), measured as (
          select alert_id, sum(bytes) over up_to as through, row_number() over up_to as nth, count(*) over () as found
          from found window up_to as (order by alert_id)
        )
        select alert_id as "alertId", p.received_at as "receivedAt", p.payload, p.encoding,
          p.mapping_version as "mappingVersion", m.found::integer as found
        from measured as m join alert.raw_payloads as p using (alert_id)
        where m.through <= ${PAGE_BYTES} or m.nth = 1
        order by alert_id`);
      const [first] = rows;
      const isLast = !first || (first.found < page.limitRows && rows.length === first.found);
      return { payloads: rows, isLast };
    },

    /** What a mapping says of alerts; what they are found by is forgotten, to be indexed anew. */
    save: async (tx: Queryable, alerts: readonly Alert[]): Promise<void> => {
      if (alerts.length === 0) return;
      await tx.query(sql`
        update alert.alerts as a set
          title = n."title", description = n."description", severity = n."severity", rule_id = n."ruleId",
          rule_name = n."ruleName", external_id = n."externalId", observables = n."observables", tactics = n."tactics",
          techniques = n."techniques", tags = n."tags", occurred_at = n."occurredAt", version = n."version"
        from json_to_recordset(${json(alerts)}::json) as n (
          "id" uuid, "title" text, "description" text, "severity" text, "ruleId" text, "ruleName" text,
          "externalId" text, "observables" jsonb, "tactics" text[], "techniques" text[], "tags" text[],
          "occurredAt" timestamptz, "version" integer)
        where a.id = n.id`);
      const ids = alerts.map(({ id }) => id);
      await tx.query(sql`delete from alert.alert_entities where alert_id = any(${ids}::uuid[])`);
      await tx.query(sql`delete from alert.alert_search where alert_id = any(${ids}::uuid[])`);
    },

    markRead: async (tx: Queryable, tenantId: string, ids: readonly string[], version: number): Promise<void> => {
      await tx.query(sql`
        update alert.raw_payloads set mapping_version = ${version}
        where tenant_id = ${tenantId} and alert_id = any(${ids}::uuid[])`);
    },
  };
}

export type RemapRepository = ReturnType<typeof createRemapRepository>;
