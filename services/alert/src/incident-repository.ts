import { type Incident, ObservableType } from '@soc/contracts';
import type { IncidentResponse, ListIncidentsQuery } from '@soc/contracts/alert/incidents';
import { joinSql, json, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { entityKey } from './domain/entity.ts';

/** An incident with what is stored of it beside the contract's fields. */
export interface StoredIncident {
  readonly incident: Incident;
  readonly assetCount: number;
  readonly isTitleFixed: boolean;
  readonly isSeverityFixed: boolean;
  readonly isKeptApart: boolean;
}

type IncidentRow = Omit<Incident, 'mergedIntoId'> &
  Omit<StoredIncident, 'incident'> & { readonly mergedIntoId: string | null };

const columns = sql`
  id, tenant_id as "tenantId", title, severity, status, verdict, assignee, alert_count as "alertCount", entities, tactics,
  techniques, first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", locked, created_at as "createdAt",
  updated_at as "updatedAt", closed_at as "closedAt", merged_into_id as "mergedIntoId", version,
  asset_count as "assetCount", is_title_fixed as "isTitleFixed", is_severity_fixed as "isSeverityFixed",
  is_kept_apart as "isKeptApart"`;

function storedOf(row: IncidentRow): StoredIncident {
  const { assetCount, isTitleFixed, isSeverityFixed, isKeptApart, mergedIntoId, ...rest } = row;
  const incident = mergedIntoId === null ? rest : { ...rest, mergedIntoId };
  return { incident, assetCount, isTitleFixed, isSeverityFixed, isKeptApart };
}

export type IncidentFilter = Omit<ListIncidentsQuery, 'limit' | 'cursor'>;

function conditions(tenantId: string, filter: IncidentFilter): readonly SqlStatement[] {
  const { status, severity, assignee, verdict, entity, from, to } = filter;
  const keys = entity === undefined ? [] : ObservableType.options.map((type) => entityKey(tenantId, type, entity));
  return [
    sql`tenant_id = ${tenantId}`,
    status && sql`status = any(${status}::text[])`,
    severity && sql`severity = any(${severity}::text[])`,
    assignee !== undefined && sql`assignee = ${assignee}`,
    verdict && sql`verdict = any(${verdict}::text[])`,
    entity !== undefined &&
      sql`id in (select incident_id from alert.incident_entities where entity = any(${keys}::uuid[]))`,
    from !== undefined && sql`last_seen_at >= ${from}`,
    to !== undefined && sql`last_seen_at < ${to}`,
  ].filter((condition) => condition !== undefined && condition !== false);
}

/** Incidents as rows. */
export function createIncidentRepository() {
  return {
    find: async (read: Queryable, tenantId: string, id: string): Promise<Incident | undefined> => {
      const [row] = await read.query<IncidentRow>(sql`
        select ${columns} from alert.incidents where id = ${id} and tenant_id = ${tenantId}`);
      return row && storedOf(row).incident;
    },

    /** The incidents with their rows locked, in the order of their ids. */
    lock: async (tx: Queryable, tenantId: string, ids: readonly string[]): Promise<readonly StoredIncident[]> => {
      const rows = await tx.query<IncidentRow>(sql`
        select ${columns} from alert.incidents where id = any(${ids}::uuid[]) and tenant_id = ${tenantId}
        order by id for no key update`);
      return rows.map(storedOf);
    },

    list: async (
      read: Queryable,
      tenantId: string,
      filter: IncidentFilter,
      page: { readonly afterId: string | undefined; readonly limitRows: number },
    ): Promise<readonly Incident[]> => {
      const where = [
        ...conditions(tenantId, filter),
        ...(page.afterId === undefined ? [] : [sql`id < ${page.afterId}::uuid`]),
      ];
      const rows = await read.query<IncidentRow>(sql`
        select ${columns} from alert.incidents where ${joinSql(where, ' and ')} order by id desc limit ${page.limitRows}`);
      return rows.map((row) => storedOf(row).incident);
    },

    /** New ones are inserted, known ones replaced, one statement for all. The caller holds their rows or the tenant's lock. */
    save: async (tx: Queryable, stored: readonly StoredIncident[]): Promise<void> => {
      if (stored.length === 0) return;
      const rows = stored.map(({ incident, ...rest }) => ({ ...incident, ...rest }));
      await tx.query(sql`
        insert into alert.incidents (
          id, tenant_id, title, is_title_fixed, severity, is_severity_fixed, is_kept_apart, status, verdict,
          assignee, alert_count, asset_count, entities, tactics, techniques, first_seen_at, last_seen_at, locked, created_at, updated_at,
          closed_at, merged_into_id, version)
        select * from json_to_recordset(${json(rows)}::json) as incident (
          "id" uuid, "tenantId" text, "title" text, "isTitleFixed" boolean, "severity" text, "isSeverityFixed" boolean,
          "isKeptApart" boolean, "status" text, "verdict" text, "assignee" text, "alertCount" integer, "assetCount" integer, "entities" jsonb,
          "tactics" text[], "techniques" text[], "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, "locked" boolean,
          "createdAt" timestamptz, "updatedAt" timestamptz, "closedAt" timestamptz, "mergedIntoId" uuid,
          "version" integer)
        order by id
        on conflict (id) do update set
          title = excluded.title, is_title_fixed = excluded.is_title_fixed, severity = excluded.severity,
          is_severity_fixed = excluded.is_severity_fixed, is_kept_apart = excluded.is_kept_apart, status = excluded.status, verdict = excluded.verdict,
          assignee = excluded.assignee, alert_count = excluded.alert_count, asset_count = excluded.asset_count,
          entities = excluded.entities, tactics = excluded.tactics, techniques = excluded.techniques,
          first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, locked = excluded.locked,
          updated_at = excluded.updated_at, closed_at = excluded.closed_at, merged_into_id = excluded.merged_into_id,
          version = excluded.version`);
    },

    /** How a playbook run on it ended; a run is told once. */
    addResponse: async (
      tx: Queryable,
      of: { readonly tenantId: string; readonly incidentId: string },
      response: IncidentResponse,
    ): Promise<void> => {
      const { runId, playbookId, playbookName, outcome, detail, dryRun, startedAt, endedAt } = response;
      await tx.query(sql`
        insert into alert.incident_responses (
          run_id, tenant_id, incident_id, playbook_id, playbook_name, outcome, detail, dry_run, started_at, ended_at)
        values (${runId}, ${of.tenantId}, ${of.incidentId}, ${playbookId}, ${playbookName}, ${outcome}, ${detail}, ${dryRun},
          ${startedAt}, ${endedAt})
        on conflict (run_id) do nothing`);
    },

    listResponses: (read: Queryable, incidentId: string, limitRows: number): Promise<IncidentResponse[]> =>
      read.query<IncidentResponse>(sql`
        select run_id as "runId", playbook_id as "playbookId", playbook_name as "playbookName", outcome, detail,
          dry_run as "dryRun", started_at as "startedAt", ended_at as "endedAt"
        from alert.incident_responses where incident_id = ${incidentId} order by ended_at desc limit ${limitRows}`),
  };
}

export type IncidentRepository = ReturnType<typeof createIncidentRepository>;
