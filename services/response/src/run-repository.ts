import type { Page, RunOutcome } from '@soc/contracts';
import type { Run, RunOrigin, RunStatus } from '@soc/contracts/response/runs';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Origin } from '@soc/messaging';
import { pageOf } from '@soc/service-kit';

interface RunRow {
  readonly id: string;
  readonly playbook_id: string;
  readonly playbook_name: string;
  readonly playbook_revision: number;
  readonly incident_id: string | null;
  readonly status: RunStatus;
  readonly detail: string | null;
  readonly dry_run: boolean;
  readonly origin_kind: RunOrigin['kind'];
  readonly origin_id: string | null;
  readonly origin_name: string;
  readonly cancel_requested: boolean;
  readonly started_at: string;
  readonly ended_at: string | null;
}

const columns = sql`id, playbook_id, playbook_name, playbook_revision, incident_id, status, detail, dry_run, origin_kind,
  origin_id, origin_name, cancel_requested, started_at, ended_at`;

const toRun = (row: RunRow): Run => ({
  id: row.id,
  playbookId: row.playbook_id,
  playbookName: row.playbook_name,
  playbookRevision: row.playbook_revision,
  incidentId: row.incident_id,
  status: row.status,
  detail: row.detail,
  dryRun: row.dry_run,
  origin: { kind: row.origin_kind, id: row.origin_id, name: row.origin_name },
  cancelRequested: row.cancel_requested,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});

/** A run to begin. */
export interface NewRun {
  readonly run: Run;
  readonly variables: Readonly<Record<string, string>>;
  /** Of the tenant, for the events the run causes. */
  readonly eventOrigin: Origin;
}

/** A run with the values it began with. */
export interface StoredRun extends Run {
  readonly variables: Readonly<Record<string, string>>;
}

/** Where a page of runs begins: before this time and id. */
export type RunPosition = readonly [startedAt: string, id: string];

export interface RunQuery {
  readonly status?: RunStatus | undefined;
  readonly playbookId?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly after?: RunPosition | undefined;
  readonly limit: number;
}

type StoredRunRow = RunRow & Pick<StoredRun, 'variables'>;

export function createRunRepository() {
  const findWith = async (
    read: Queryable,
    tenantId: string,
    id: string,
    lock = sql``,
  ): Promise<StoredRun | undefined> => {
    const [row] = await read.query<StoredRunRow>(
      sql`select ${columns}, variables from response.runs where tenant_id = ${tenantId} and id = ${id} ${lock}`,
    );
    return row && { ...toRun(row), variables: row.variables };
  };

  return {
    find: (read: Queryable, tenantId: string, id: string) => findWith(read, tenantId, id),
    findForUpdate: (tx: Queryable, tenantId: string, id: string) => findWith(tx, tenantId, id, sql`for update`),

    list: async (read: Queryable, tenantId: string, query: RunQuery): Promise<Page<Run>> => {
      const { status, playbookId, incidentId, after, limit } = query;
      const rows = await read.query<RunRow>(sql`
        select ${columns} from response.runs where tenant_id = ${tenantId}
          ${status === undefined ? sql`` : sql`and status = ${status}`}
          ${playbookId === undefined ? sql`` : sql`and playbook_id = ${playbookId}`}
          ${incidentId === undefined ? sql`` : sql`and incident_id = ${incidentId}`}
          ${after ? sql`and (started_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
        order by started_at desc, id desc limit ${limit + 1}`);
      return pageOf(rows.map(toRun), limit, ({ startedAt, id }) => [startedAt, id]);
    },

    /** Begins runs, due at once. One whose id is known already is left as it is. */
    insert: async (tx: Queryable, newRuns: readonly NewRun[]): Promise<void> => {
      const rows = newRuns.map(({ run, variables, eventOrigin }) => ({
        id: run.id,
        tenant_id: eventOrigin.tenantId,
        playbook_id: run.playbookId,
        playbook_name: run.playbookName,
        playbook_revision: run.playbookRevision,
        incident_id: run.incidentId,
        status: run.status,
        dry_run: run.dryRun,
        origin_kind: run.origin.kind,
        origin_id: run.origin.id,
        origin_name: run.origin.name,
        event_origin: eventOrigin,
        variables,
        started_at: run.startedAt,
      }));
      await tx.query(sql`
        insert into response.runs (id, tenant_id, playbook_id, playbook_name, playbook_revision, incident_id, status,
          dry_run, origin_kind, origin_id, origin_name, event_origin, variables, started_at, wake_at)
        select id, tenant_id, playbook_id, playbook_name, playbook_revision, incident_id, status,
          dry_run, origin_kind, origin_id, origin_name, event_origin, variables, started_at, now()
        from jsonb_to_recordset(${json(rows)}::jsonb) as run (id uuid, tenant_id text, playbook_id text, playbook_name text,
          playbook_revision integer, incident_id uuid, status text, dry_run boolean, origin_kind text, origin_id uuid,
          origin_name text, event_origin jsonb, variables jsonb, started_at timestamptz)
        on conflict (id) do nothing`);
    },

    /** An executor looks at it at once. */
    wake: async (tx: Queryable, id: string): Promise<void> => {
      await tx.query(sql`update response.runs set status = 'running', wake_at = now() where id = ${id}`);
    },

    requestCancel: async (tx: Queryable, id: string): Promise<void> => {
      await tx.query(sql`update response.runs set cancel_requested = true, wake_at = now() where id = ${id}`);
    },

    finish: async (
      tx: Queryable,
      id: string,
      end: { readonly outcome: RunOutcome; readonly detail: string; readonly endedAt: string },
    ): Promise<void> => {
      await tx.query(sql`
        update response.runs set status = ${end.outcome}, detail = ${end.detail}, ended_at = ${end.endedAt},
          wake_at = null, lease_owner = null, lease_until = null
        where id = ${id}`);
    },
  };
}

export type RunRepository = ReturnType<typeof createRunRepository>;
