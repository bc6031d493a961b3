import type { IncidentStatus } from '@soc/contracts';
import { json, type Queryable, sql } from '@soc/db-cluster';

/** Alerts that went from one incident to another. */
export interface IncidentMove {
  readonly id: string;
  readonly tenantId: string;
  readonly reshapeId: string;
  readonly kind: 'merge' | 'split';
  readonly fromId: string;
  readonly intoId: string;
  readonly alertIds: readonly string[];
  readonly statusBefore: IncidentStatus | null;
  readonly closedBefore: string | null;
  readonly at: string;
  /** Null for correlation. */
  readonly actor: string | null;
}

const columns = sql`
  id, tenant_id as "tenantId", reshape_id as "reshapeId", kind, from_id as "fromId", into_id as "intoId",
  alert_ids as "alertIds", status_before as "statusBefore", closed_before as "closedBefore", at, actor`;

/** What merging and splitting did, for undoing it. */
export function createMoveRepository() {
  return {
    add: async (tx: Queryable, moves: readonly IncidentMove[]): Promise<void> => {
      if (moves.length === 0) return;
      await tx.query(sql`
        insert into alert.incident_moves (
          id, tenant_id, reshape_id, kind, from_id, into_id, alert_ids, status_before, closed_before, at, actor)
        select * from json_to_recordset(${json(moves)}::json) as move (
          "id" uuid, "tenantId" text, "reshapeId" uuid, "kind" text, "fromId" uuid, "intoId" uuid, "alertIds" uuid[],
          "statusBefore" text, "closedBefore" timestamptz, "at" timestamptz, "actor" text)`);
    },

    /** All moves of what was done last to an incident and not undone, the last first. */
    findLast: (tx: Queryable, tenantId: string, incidentId: string): Promise<IncidentMove[]> =>
      tx.query<IncidentMove>(sql`
        select ${columns} from alert.incident_moves
        where tenant_id = ${tenantId} and undone_at is null and reshape_id = (
          select reshape_id from alert.incident_moves
          where undone_at is null and tenant_id = ${tenantId} and (from_id = ${incidentId} or into_id = ${incidentId})
          order by id desc limit 1)
        order by id desc`),

    /** Whether what was done last to an incident has been taken back. */
    isLastUndone: async (tx: Queryable, tenantId: string, incidentId: string): Promise<boolean> => {
      const [row] = await tx.query<{ isUndone: boolean }>(sql`
        select undone_at is not null as "isUndone" from alert.incident_moves
        where tenant_id = ${tenantId} and (from_id = ${incidentId} or into_id = ${incidentId})
        order by id desc limit 1`);
      return row?.isUndone ?? false;
    },

    /** How many of the alerts that were moved are still where they went. */
    countLeft: async (tx: Queryable, { intoId, alertIds }: IncidentMove): Promise<number> => {
      const [row] = await tx.query<{ count: number }>(sql`
        select count(*)::integer as count from alert.incident_members
        where incident_id = ${intoId} and alert_id = any(${alertIds}::uuid[])`);
      return row?.count ?? 0;
    },

    markUndone: async (tx: Queryable, reshapeId: string, at: string): Promise<void> => {
      await tx.query(sql`update alert.incident_moves set undone_at = ${at} where reshape_id = ${reshapeId}`);
    },

    /** Forgets what was done longer ago: it is not taken back any more. */
    prune: async (write: Queryable, olderThan: Date): Promise<void> => {
      await write.query(sql`delete from alert.incident_moves where at < ${olderThan}`);
    },
  };
}

export type MoveRepository = ReturnType<typeof createMoveRepository>;
