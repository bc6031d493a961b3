import { Incident } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';

export function createIncidentRepository() {
  return {
    /** Keeps the newest version of each incident, however the facts arrive. */
    save: async (tx: Queryable, incidents: readonly Incident[]): Promise<void> => {
      await tx.query(sql`
        insert into response.incidents (tenant_id, id, version, incident)
        select distinct on (tenant_id, id) tenant_id, id, version, incident
        from unnest(${incidents.map(({ tenantId }) => tenantId)}::text[], ${incidents.map(({ id }) => id)}::uuid[],
          ${incidents.map(({ version }) => version)}::integer[], ${incidents.map(json)}::jsonb[])
          as fact (tenant_id, id, version, incident)
        order by tenant_id, id, version desc
        on conflict (tenant_id, id) do update set version = excluded.version, incident = excluded.incident
          where incidents.version < excluded.version`);
    },

    find: async (read: Queryable, tenantId: string, id: string): Promise<Incident | undefined> => {
      const [row] = await read.query<{ incident: unknown }>(
        sql`select incident from response.incidents where tenant_id = ${tenantId} and id = ${id}`,
      );
      return row && Incident.parse(row.incident);
    },
  };
}

export type IncidentRepository = ReturnType<typeof createIncidentRepository>;
