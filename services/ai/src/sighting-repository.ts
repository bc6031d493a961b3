import { type Queryable, sql } from '@soc/db-cluster';
import type { SightingCount } from './domain/sightings.ts';

interface SightingRow {
  readonly tenant_id: string;
  readonly entity: string;
  readonly alerts: number;
}

const columnsOf = (counts: readonly SightingCount[]) =>
  sql`${counts.map(({ tenantId }) => tenantId)}::text[], ${counts.map(({ entity }) => entity)}::uuid[]`;

const toCount = ({ tenant_id, entity, alerts }: SightingRow): SightingCount => ({
  tenantId: tenant_id,
  entity,
  alerts,
});

export const sightingRepository = {
  /** Adds to the counts and returns what they were before. `added` must be in a stable order: it is the order of the locks. */
  record: async (tx: Queryable, added: readonly SightingCount[]): Promise<readonly SightingCount[]> => {
    const rows = await tx.query<SightingRow>(sql`
      with added as (
        select * from unnest(${columnsOf(added)}, ${added.map(({ alerts }) => alerts)}::integer[]) as a (tenant_id, entity, alerts)
      ), counted as (
        insert into ai.entity_sightings as known (tenant_id, entity, alerts) select * from added
        on conflict (tenant_id, entity) do update set alerts = known.alerts + excluded.alerts
        returning tenant_id, entity, alerts
      )
      select tenant_id, entity, counted.alerts - added.alerts as alerts
      from counted join added using (tenant_id, entity)`);
    return rows.map(toCount);
  },

  /** The counts of these entities as they are; those never seen are left out. */
  find: async (read: Queryable, wanted: readonly SightingCount[]): Promise<readonly SightingCount[]> => {
    const rows = await read.query<SightingRow>(sql`
      select tenant_id, entity, known.alerts from ai.entity_sightings known
      join unnest(${columnsOf(wanted)}) as wanted (tenant_id, entity) using (tenant_id, entity)`);
    return rows.map(toCount);
  },
};

export type SightingRepository = typeof sightingRepository;
