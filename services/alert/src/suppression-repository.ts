import type { Suppression, SuppressionStatus } from '@soc/contracts/alert/suppressions';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { Previewed } from './domain/suppression/preview.ts';
import { type InForceAlready, statusOf } from './domain/suppression/suppression.ts';
import type { Hidden, InForce } from './domain/suppression/suppress.ts';

const columns = sql`
  id, name, owner, reason, conditions, expires_at as "expiresAt", created_at as "createdAt", created_by as "createdBy",
  updated_at as "updatedAt", updated_by as "updatedBy", ended_at as "endedAt", version,
  json_build_object('alerts', hidden_alerts, 'occurrences', hidden_occurrences) as counts, last_hidden_at as "lastHiddenAt"`;

type SuppressionRow = Omit<Suppression, 'hidden' | 'status'> & {
  readonly counts: { readonly alerts: number; readonly occurrences: number };
  readonly lastHiddenAt: string | null;
};

const suppressionOf = ({ counts, lastHiddenAt, ...row }: SuppressionRow, at: Date): Suppression => ({
  ...row,
  status: statusOf(row, at),
  hidden: { ...counts, lastAt: lastHiddenAt },
});

/** Suppressions as rows, and the alerts they would meet. */
export function createSuppressionRepository() {
  return {
    /** Those of some tenants that hide what arrives now. Read by every batch, so that changes need no other way to get about. */
    findInForce: (tx: Queryable, tenantIds: readonly string[], at: Date): Promise<InForce[]> =>
      tx.query<InForce>(sql`
        select id, tenant_id as "tenantId", conditions from alert.suppressions
        where tenant_id = any(${tenantIds}::text[]) and expires_at > ${at} and ended_at is null`),

    /** All but one that is looked at. Until the end of the transaction no others come by. */
    countInForce: async (tx: Queryable, tenantId: string, at: Date, besideId?: string): Promise<InForceAlready> => {
      await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`alert suppressions ${tenantId}`}, 0))`);
      const [row] = await tx.query<InForceAlready>(sql`
        select count(*)::integer as count, coalesce(sum(
          jsonb_array_length(coalesce(conditions -> 'title', '[]')) + jsonb_array_length(coalesce(conditions -> 'ruleName', '[]'))
          + jsonb_array_length(coalesce(conditions -> 'observables', '[]'))), 0)::integer as patterns
        from alert.suppressions
        where tenant_id = ${tenantId} and expires_at > ${at} and ended_at is null
          and (${besideId ?? null}::uuid is null or id <> ${besideId ?? null}::uuid)`);
      return row ?? { count: 0, patterns: 0 };
    },

    find: async (read: Queryable, tenantId: string, id: string, at: Date): Promise<Suppression | undefined> => {
      const [row] = await read.query<SuppressionRow>(sql`
        select ${columns} from alert.suppressions where id = ${id} and tenant_id = ${tenantId}`);
      return row && suppressionOf(row, at);
    },

    /** With its row locked until the end of the transaction. */
    lock: async (tx: Queryable, tenantId: string, id: string, at: Date): Promise<Suppression | undefined> => {
      const [row] = await tx.query<SuppressionRow>(sql`
        select ${columns} from alert.suppressions where id = ${id} and tenant_id = ${tenantId} for no key update`);
      return row && suppressionOf(row, at);
    },

    list: async (
      read: Queryable,
      tenantId: string,
      filter: { readonly status: SuppressionStatus | undefined; readonly owner: string | undefined; readonly at: Date },
      page: { readonly afterId: string | undefined; readonly limitRows: number },
    ): Promise<readonly Suppression[]> => {
      const { status = null, owner = null, at } = filter;
      const rows = await read.query<SuppressionRow>(sql`
        select ${columns} from alert.suppressions
        where tenant_id = ${tenantId} and (${owner}::text is null or owner = ${owner})
          and (${page.afterId ?? null}::uuid is null or id < ${page.afterId ?? null}::uuid)
          and case ${status}::text
            when 'active' then ended_at is null and expires_at > ${at}
            when 'expired' then ended_at is null and expires_at <= ${at}
            when 'ended' then ended_at is not null
            else true end
        order by id desc limit ${page.limitRows}`);
      return rows.map((row) => suppressionOf(row, at));
    },

    insert: async (tx: Queryable, tenantId: string, suppression: Suppression): Promise<void> => {
      const { id, name, owner, reason, conditions, expiresAt, createdAt, createdBy, version } = suppression;
      await tx.query(sql`
        insert into alert.suppressions (
          id, tenant_id, name, owner, reason, conditions, expires_at, created_at, created_by, updated_at, updated_by, version)
        values (${id}, ${tenantId}, ${name}, ${owner}, ${reason}, ${json(conditions)}, ${expiresAt}, ${createdAt}, ${createdBy},
          ${createdAt}, ${createdBy}, ${version})`);
    },

    /** What a person may change. The caller holds its row. */
    save: async (tx: Queryable, tenantId: string, suppression: Suppression): Promise<void> => {
      const { id, name, owner, reason, conditions, expiresAt, updatedAt, updatedBy, endedAt, version } = suppression;
      await tx.query(sql`
        update alert.suppressions set
          name = ${name}, owner = ${owner}, reason = ${reason}, conditions = ${json(conditions)}, expires_at = ${expiresAt},
          updated_at = ${updatedAt}, updated_by = ${updatedBy}, ended_at = ${endedAt}, version = ${version}
        where id = ${id} and tenant_id = ${tenantId}`);
    },

    /**
     * Adds to the counts, one row after another in the order of their ids. The last statement of a batch: batches of other
     * replicas that hide by the same suppression wait for the commit only.
     */
    countHidden: async (tx: Queryable, hidden: readonly Hidden[], at: Date): Promise<void> => {
      if (hidden.length === 0) return;
      await tx.query(sql`
        with given as (
          select * from unnest(
            ${hidden.map(({ suppressionId }) => suppressionId)}::uuid[], ${hidden.map(({ alerts }) => alerts)}::integer[],
            ${hidden.map(({ occurrences }) => occurrences)}::integer[]) as hidden (id, alerts, occurrences)
        ), locked as materialized (
          select id from alert.suppressions where id in (select id from given) order by id for no key update
        )
        update alert.suppressions as s set
          hidden_alerts = s.hidden_alerts + given.alerts, hidden_occurrences = s.hidden_occurrences + given.occurrences,
          last_hidden_at = greatest(s.last_hidden_at, ${at}::timestamptz)
        from locked join given using (id) where s.id = locked.id`);
    },

    /** Stored alerts in a span of event time, the latest first, narrowed to what an index-free comparison can say at once. */
    listForPreview: (
      read: Queryable,
      tenantId: string,
      span: { readonly from: string; readonly to: string },
      narrowed: { readonly source?: readonly string[] | undefined; readonly severity?: readonly string[] | undefined },
      page: {
        readonly after: { readonly occurredAt: string; readonly id: string } | undefined;
        readonly limitRows: number;
      },
    ): Promise<Previewed[]> => {
      const { after } = page;
      return read.query<Previewed>(sql`
        select id, title, severity, source, rule_id as "ruleId", rule_name as "ruleName", tags, techniques, observables,
          occurrences, occurred_at as "occurredAt", incident_id as "incidentId", verdict
        from alert.alerts
        where tenant_id = ${tenantId} and occurred_at >= ${span.from} and occurred_at < ${span.to}
          and (${narrowed.source ?? null}::text[] is null or source = any(${narrowed.source ?? null}::text[]))
          and (${narrowed.severity ?? null}::text[] is null or severity = any(${narrowed.severity ?? null}::text[]))
          ${after ? sql`and (occurred_at, id) < (${after.occurredAt}::timestamptz, ${after.id}::uuid)` : sql``}
        order by occurred_at desc, id desc limit ${page.limitRows}`);
    },
  };
}

export type SuppressionRepository = ReturnType<typeof createSuppressionRepository>;
