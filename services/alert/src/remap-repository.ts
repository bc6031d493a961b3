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

/** Stored payloads by the mapping that read them, and what reading them again changes. */
export function createRemapRepository() {
  return {
    listPayloads: (
      read: Queryable,
      tenantId: string,
      page: { readonly mapping: string; readonly after: string | undefined; readonly limitRows: number },
    ): Promise<StoredPayload[]> =>
      read.query<StoredPayload>(sql`
        select alert_id as "alertId", received_at as "receivedAt", payload, encoding, mapping_version as "mappingVersion"
        from alert.raw_payloads
        where tenant_id = ${tenantId} and mapping = ${page.mapping}
          and alert_id > ${page.after ?? '00000000-0000-0000-0000-000000000000'}
        order by alert_id limit ${page.limitRows}`),

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
