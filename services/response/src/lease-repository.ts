import { type Queryable, sql } from '@soc/db-cluster';
import type { Origin } from '@soc/messaging';

/** The right to execute a run: good as long as nobody has claimed it with a higher token. */
export interface Lease {
  readonly runId: string;
  readonly token: number;
}

/** A run as its executor sees it, row locked. */
export interface LeasedRun {
  readonly id: string;
  readonly tenantId: string;
  readonly playbookId: string;
  readonly playbookName: string;
  readonly playbookRevision: number;
  readonly incidentId: string | null;
  readonly dryRun: boolean;
  readonly cancelRequested: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly eventOrigin: Origin;
  readonly startedAt: string;
  /** The clock of the database, which all replicas share. */
  readonly now: Date;
}

interface LeasedRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly playbook_id: string;
  readonly playbook_name: string;
  readonly playbook_revision: number;
  readonly incident_id: string | null;
  readonly dry_run: boolean;
  readonly cancel_requested: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly event_origin: Origin;
  readonly started_at: string;
  readonly clock: string;
}

const toLeasedRun = (row: LeasedRow): LeasedRun => ({
  id: row.id,
  tenantId: row.tenant_id,
  playbookId: row.playbook_id,
  playbookName: row.playbook_name,
  playbookRevision: row.playbook_revision,
  incidentId: row.incident_id,
  dryRun: row.dry_run,
  cancelRequested: row.cancel_requested,
  variables: row.variables,
  eventOrigin: row.event_origin,
  startedAt: row.started_at,
  now: new Date(row.clock),
});

export function createLeaseRepository(owner: string, leaseMs: number) {
  const leaseEnd = sql`clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})`;

  return {
    /** Takes due runs that nobody holds. Rows another replica is just taking are skipped. */
    claim: async (write: Queryable, limit: number): Promise<readonly Lease[]> => {
      const rows = await write.query<{ id: string; lease_token: number }>(sql`
        update response.runs set lease_token = lease_token + 1, lease_owner = ${owner}, lease_until = ${leaseEnd}
        where id in (
          select id from response.runs
          where wake_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
          order by wake_at limit ${limit} for update skip locked
        )
        returning id, lease_token`);
      return rows.map(({ id, lease_token }) => ({ runId: id, token: lease_token }));
    },

    /** Locks the run and prolongs the lease; undefined when another executor holds it by now. */
    lock: async (tx: Queryable, { runId, token }: Lease): Promise<LeasedRun | undefined> => {
      const [row] = await tx.query<LeasedRow>(sql`
        update response.runs set lease_until = ${leaseEnd}
        where id = ${runId} and lease_token = ${token} and lease_until is not null
        returning id, tenant_id, playbook_id, playbook_name, playbook_revision, incident_id, dry_run, cancel_requested,
          variables, event_origin, started_at, clock_timestamp() as clock`);
      return row && toLeasedRun(row);
    },

    /** Keeps the lease while an effect takes its time. */
    renew: async (write: Queryable, { runId, token }: Lease): Promise<void> => {
      await write.query(sql`
        update response.runs set lease_until = ${leaseEnd}
        where id = ${runId} and lease_token = ${token} and lease_until is not null`);
    },

    /** Lets go of the run until `wakeAt`; null waits for a person only. */
    release: async (
      tx: Queryable,
      runId: string,
      next: { readonly status: 'running' | 'waiting'; readonly wakeAt: string | null },
    ): Promise<void> => {
      await tx.query(sql`
        update response.runs set status = ${next.status}, wake_at = ${next.wakeAt}, lease_owner = null, lease_until = null
        where id = ${runId}`);
    },
  };
}

export type LeaseRepository = ReturnType<typeof createLeaseRepository>;
