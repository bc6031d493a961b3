import type { Incident } from '@soc/contracts';
import { type Queryable, sql } from '@soc/db-cluster';

/** What analytics knows of incidents, runs, deliveries and evidence. */
export function createFactRepository() {
  return {
    saveIncidents: async (tx: Queryable, incidents: readonly Incident[]): Promise<void> => {
      const column = <Value>(value: (incident: Incident) => Value): Value[] => incidents.map(value);
      await tx.query(sql`
        insert into analytics.incidents (incident_id, tenant_id, severity, status, alert_count, created_at, closed_at, version)
        select * from unnest(
          ${column(({ id }) => id)}::uuid[], ${column(({ tenantId }) => tenantId)}::text[],
          ${column(({ severity }) => severity)}::text[], ${column(({ status }) => status)}::text[],
          ${column(({ alertCount }) => alertCount)}::int[], ${column(({ createdAt }) => createdAt)}::timestamptz[],
          ${column(({ closedAt }) => closedAt)}::timestamptz[], ${column(({ version }) => version)}::int[])
        on conflict (incident_id) do update set
          severity = excluded.severity, status = excluded.status, alert_count = excluded.alert_count,
          closed_at = excluded.closed_at, version = excluded.version
        where incidents.version < excluded.version`);
    },

    saveRun: async (
      tx: Queryable,
      run: { tenantId: string; runId: string; outcome: string; endedAt: string },
    ): Promise<void> => {
      await tx.query(sql`
        insert into analytics.runs (run_id, tenant_id, outcome, ended_at)
        values (${run.runId}, ${run.tenantId}, ${run.outcome}, ${run.endedAt})
        on conflict (run_id) do nothing`);
    },

    saveDelivery: async (
      tx: Queryable,
      delivery: { tenantId: string; deliveryId: string; outcome: string; endedAt: string },
    ): Promise<void> => {
      await tx.query(sql`
        insert into analytics.deliveries (delivery_id, tenant_id, outcome, ended_at)
        values (${delivery.deliveryId}, ${delivery.tenantId}, ${delivery.outcome}, ${delivery.endedAt})
        on conflict (delivery_id) do update set outcome = excluded.outcome, ended_at = excluded.ended_at
        where deliveries.ended_at < excluded.ended_at`);
    },

    saveEvidence: async (
      tx: Queryable,
      evidence: { tenantId: string; objectId: string; sizeBytes: number; storedAt: string },
    ): Promise<void> => {
      await tx.query(sql`
        insert into analytics.evidence (object_id, tenant_id, size_bytes, stored_at)
        values (${evidence.objectId}, ${evidence.tenantId}, ${evidence.sizeBytes}, ${evidence.storedAt})
        on conflict (object_id) do nothing`);
    },
  };
}
