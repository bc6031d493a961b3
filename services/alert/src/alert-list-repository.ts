import { type Alert, ObservableType } from '@soc/contracts';
import type { ListAlertsQuery } from '@soc/contracts/alert/queries';
import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { alertColumns } from './alert-repository.ts';
import type { TacticalMember } from './domain/correlation/progression.ts';
import { entityKey } from './domain/entity.ts';

/** Where the page before ended. */
export interface AlertPosition {
  readonly occurredAt: string;
  readonly id: string;
}

export type AlertFilter = Omit<ListAlertsQuery, 'limit' | 'cursor'>;

/** An observable may be of any type: its value is looked up under each. */
const keysOfValue = (tenantId: string, value: string): readonly string[] =>
  ObservableType.options.map((type) => entityKey(tenantId, type, value));

/** PostgreSQL gives up ("tsquery stack too small") on some thirty minus signs in a row; more than one means no more than one. */
const withSingleMinus = (q: string): string => q.replaceAll(/-[-\s]*-/g, '-');

function conditions(tenantId: string, filter: AlertFilter): readonly SqlStatement[] {
  const { status, severity, source, assignee, verdict, incidentId, observable, technique, from, to, q } = filter;
  const { suppressed, suppressedBy } = filter;
  return [
    sql`a.tenant_id = ${tenantId}`,
    status && sql`a.status = any(${status}::text[])`,
    // Said outright, so that the planner may use the index of the open queue.
    status && !status.includes('closed') && sql`a.status <> 'closed'`,
    severity && sql`a.severity = any(${severity}::text[])`,
    source && sql`a.source = any(${source}::text[])`,
    assignee !== undefined && sql`a.assignee = ${assignee}`,
    verdict && sql`a.verdict = any(${verdict}::text[])`,
    incidentId !== undefined &&
      sql`a.id in (select alert_id from alert.incident_members where incident_id = ${incidentId})`,
    observable !== undefined &&
      sql`a.id in (select alert_id from alert.alert_entities where entity = any(${keysOfValue(tenantId, observable)}::uuid[]))`,
    technique !== undefined &&
      sql`a.id in (select alert_id from alert.alert_techniques where tenant_id = ${tenantId} and technique = ${technique})`,
    suppressedBy !== undefined && sql`a.suppressed_by = ${suppressedBy}`,
    suppressed === 'only' && sql`a.suppressed_by is not null`,
    suppressed === 'excluded' && suppressedBy === undefined && sql`a.suppressed_by is null`,
    from !== undefined && sql`a.occurred_at >= ${from}`,
    to !== undefined && sql`a.occurred_at < ${to}`,
    q !== undefined &&
      sql`a.id in (
        select alert_id from alert.alert_search
        where tenant_id = ${tenantId} and words @@ websearch_to_tsquery('simple', ${withSingleMinus(q)}))`,
  ].filter((condition) => condition !== undefined && condition !== false);
}

/** The list of alerts, the latest first. */
export function createAlertListRepository() {
  return {
    list: (
      read: Queryable,
      tenantId: string,
      filter: AlertFilter,
      page: { readonly after: AlertPosition | undefined; readonly limitRows: number },
    ): Promise<Alert[]> => {
      const { after } = page;
      const where = [
        ...conditions(tenantId, filter),
        ...(after ? [sql`(a.occurred_at, a.id) < (${after.occurredAt}::timestamptz, ${after.id}::uuid)`] : []),
      ];
      return read.query<Alert>(sql`
        select ${alertColumns} from alert.alerts as a
        where ${joinSql(where, ' and ')}
        order by a.occurred_at desc, a.id desc
        limit ${page.limitRows}`);
    },

    /** The first members that name tactics, in the order of event time. */
    listTactical: (read: Queryable, incidentId: string, limitRows: number): Promise<TacticalMember[]> =>
      read.query<TacticalMember>(sql`
        select a.id as "alertId", a.title, a.occurred_at as "occurredAt", a.severity, a.tactics
        from alert.incident_members as member join alert.alerts as a on a.id = member.alert_id
        where member.incident_id = ${incidentId} and a.tactics <> '{}'
        order by member.occurred_at, member.alert_id limit ${limitRows}`),

    /** The members of an incident, in the order of event time. */
    listMembers: (
      read: Queryable,
      tenantId: string,
      incidentId: string,
      page: { readonly after: AlertPosition | undefined; readonly limitRows: number },
    ): Promise<Alert[]> => {
      const { after } = page;
      const since = after
        ? sql`and (member.occurred_at, member.alert_id) > (${after.occurredAt}::timestamptz, ${after.id}::uuid)`
        : sql``;
      return read.query<Alert>(sql`
        select ${alertColumns}
        from alert.incident_members as member join alert.alerts as a on a.id = member.alert_id
        where member.incident_id = ${incidentId} and member.tenant_id = ${tenantId} ${since}
        order by member.occurred_at, member.alert_id
        limit ${page.limitRows}`);
    },
  };
}

export type AlertListRepository = ReturnType<typeof createAlertListRepository>;
