import type { ShownRecord } from '@soc/audit';
import type { AuditFilter } from '@soc/contracts/auth/audit';
import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';

interface Wanted {
  readonly filter: Omit<AuditFilter, 'scope'>;
  /** Undefined for all tenants. */
  readonly tenantId: string | undefined;
}

interface ShownRow {
  readonly seq: number;
  readonly chain: Buffer;
  readonly body: string | null;
  readonly leaf: Buffer | null;
}

/** What a record has to fulfil to be shown. */
function conditionOf({ filter, tenantId }: Wanted): SqlStatement {
  const { from, to, actor, action, outcome, service, target } = filter;
  const conditions = [
    tenantId === undefined ? undefined : sql`tenant_id = ${tenantId}`,
    from === undefined ? undefined : sql`at >= ${from}::timestamptz`,
    to === undefined ? undefined : sql`at < ${to}::timestamptz`,
    actor === undefined ? undefined : sql`actor_id = ${actor}`,
    action === undefined ? undefined : sql`action = ${action}`,
    outcome === undefined ? undefined : sql`outcome = ${outcome}`,
    service === undefined ? undefined : sql`service = ${service}`,
    target === undefined ? undefined : sql`target_id = ${target}`,
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? sql`true` : joinSql(conditions, ' and ');
}

/** Questions about the trail. */
export const auditTrailRepository = {
  /** Records in canonical JSON, the newest first, after the place `[at, seq]`. */
  list: async (
    db: Queryable,
    wanted: Wanted & { readonly after: readonly [string, number] | undefined; readonly limitRows: number },
  ): Promise<readonly string[]> => {
    const { after, limitRows } = wanted;
    const place = after ? sql`(at, seq) < (${after[0]}::timestamptz, ${after[1]}::bigint)` : sql`true`;
    const rows = await db.query<{ body: string }>(sql`
      select body from auth.audit_records where ${conditionOf(wanted)} and ${place}
      order by at desc, seq desc limit ${limitRows}`);
    return rows.map(({ body }) => body);
  },

  /** Records in the order of the chain, each with its text or, when it is not to be shown, the hash of it. */
  listShown: async (
    db: Queryable,
    wanted: Wanted & { readonly after: number; readonly upTo: number; readonly limitRows: number },
  ): Promise<readonly ShownRecord[]> => {
    const rows = await db.query<ShownRow>(sql`
      select seq, chain, case when shown then body end as body,
        case when not shown then sha256('\\x00'::bytea || convert_to(body, 'UTF8')) end as leaf
      from (select seq, chain, body, coalesce(${conditionOf(wanted)}, false) as shown from auth.audit_records
        where seq > ${wanted.after} and seq <= ${wanted.upTo} order by seq limit ${wanted.limitRows}) as record
      order by seq`);
    return rows.map(({ seq, chain, body, leaf }) => ({
      seq,
      chain,
      content: body === null ? { leaf: leaf ?? Buffer.alloc(0) } : { body },
    }));
  },
} as const;
