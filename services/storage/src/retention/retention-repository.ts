import type { RetentionKind, RetentionPolicy, RetentionPurge } from '@soc/contracts/storage/retention';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';

/** A policy that this process carries out until its lease is over. */
export interface Claim {
  readonly tenantId: string;
  readonly kind: RetentionKind;
  readonly keepDays: number;
  readonly holder: string;
}

/** A purge that has not come to its end. */
export interface UnfinishedPurge extends RetentionPurge {
  /** What it was about to remove, besides `count`; null of evidence, whose objects say so themselves. */
  readonly plannedCount: number | null;
}

/** A purge that has not come to its end, and has no policy any more. */
export interface LeftBehindPurge {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: RetentionKind;
  readonly before: string;
  readonly plannedCount: number | null;
}

interface PolicyRow {
  readonly kind: RetentionKind;
  readonly keep_days: number;
  readonly updated_by: string;
  readonly updated_at: string;
  readonly due_at: string;
}

interface PurgeRow {
  readonly id: string;
  readonly kind: RetentionKind;
  readonly keep_days: number;
  readonly before: string;
  readonly count: number;
  readonly held_count: number;
  readonly broken_count: number;
  readonly size_bytes: number;
  readonly started_at: string;
  readonly finished_at: string | null;
}

const policyOf = (row: PolicyRow): RetentionPolicy => ({
  kind: row.kind,
  keepDays: row.keep_days,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at,
  nextPurgeAt: row.due_at,
});

const purgeOf = (row: PurgeRow): RetentionPurge => ({
  id: row.id,
  kind: row.kind,
  keepDays: row.keep_days,
  before: row.before,
  count: row.count,
  heldCount: row.held_count,
  brokenCount: row.broken_count,
  sizeBytes: row.size_bytes,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});

const policyColumns = sql`kind, keep_days, updated_by, updated_at, due_at`;
const purgeColumns = sql`id, kind, keep_days, before, count, held_count, broken_count, size_bytes, started_at, finished_at`;

/** Longer than any one step of a purge outside of a transaction. */
const LEASE = sql`now() + interval '60 seconds'`;

/** Without a policy, and with nothing named that is still to be settled. */
const isLeftBehind = sql`
  finished_at is null
  and not exists (select from storage.retention_policies as policy
    where policy.tenant_id = purge.tenant_id and policy.kind = purge.kind)
  and not exists (select from storage.objects
    where purge_id = purge.id and purge_begun_at is not null and purged_at is null)`;

/** Policies of retention, and what was purged by them. */
export const retentionRepository = {
  list: async (read: Queryable, tenantId: string): Promise<readonly RetentionPolicy[]> => {
    const rows = await read.query<PolicyRow>(
      sql`select ${policyColumns} from storage.retention_policies where tenant_id = ${tenantId} order by kind`,
    );
    return rows.map(policyOf);
  },

  put: async (tx: Tx, tenantId: string, policy: RetentionPolicy): Promise<void> => {
    await tx.query(sql`
      insert into storage.retention_policies (tenant_id, kind, keep_days, updated_by, updated_at, due_at)
      values (${tenantId}, ${policy.kind}, ${policy.keepDays}, ${policy.updatedBy}, ${policy.updatedAt}, ${policy.nextPurgeAt})
      on conflict (tenant_id, kind) do update set keep_days = excluded.keep_days, updated_by = excluded.updated_by,
        updated_at = excluded.updated_at, due_at = excluded.due_at`);
  },

  remove: async (tx: Tx, tenantId: string, kind: RetentionKind): Promise<boolean> => {
    const rows = await tx.query(
      sql`delete from storage.retention_policies where tenant_id = ${tenantId} and kind = ${kind} returning 1 as gone`,
    );
    return rows.length > 0;
  },

  /** Takes a policy that is due and that nobody carries out, of any tenant. */
  claim: async (db: Queryable, holder: string, at: Date): Promise<Claim | undefined> => {
    const [row] = await db.query<{ tenant_id: string; kind: RetentionKind; keep_days: number }>(sql`
      update storage.retention_policies set lease_holder = ${holder}, lease_until = ${LEASE}
      where (tenant_id, kind) = (
        select tenant_id, kind from storage.retention_policies
        where due_at <= ${at} and (lease_until is null or lease_until < now())
        order by due_at limit 1 for update skip locked)
      returning tenant_id, kind, keep_days`);
    return row && { tenantId: row.tenant_id, kind: row.kind, keepDays: row.keep_days, holder };
  },

  /** Goes on carrying out a policy; false when it was changed or removed, or is another's by now. */
  renew: async (tx: Tx, { tenantId, kind, keepDays, holder }: Claim): Promise<boolean> => {
    const rows = await tx.query(sql`
      update storage.retention_policies set lease_until = ${LEASE}
      where tenant_id = ${tenantId} and kind = ${kind} and keep_days = ${keepDays} and lease_holder = ${holder}
      returning 1 as renewed`);
    return rows.length > 0;
  },

  release: async (tx: Queryable, { tenantId, kind, holder }: Claim, dueAt: Date | undefined): Promise<void> => {
    await tx.query(sql`
      update storage.retention_policies
      set lease_holder = null, lease_until = null, due_at = coalesce(${dueAt ?? null}::timestamptz, due_at)
      where tenant_id = ${tenantId} and kind = ${kind} and lease_holder = ${holder}`);
  },

  findUnfinished: async (tx: Tx, { tenantId, kind }: Claim): Promise<UnfinishedPurge | undefined> => {
    const [row] = await tx.query<PurgeRow & { readonly planned_count: number | null }>(sql`
      select ${purgeColumns}, planned_count from storage.retention_purges
      where tenant_id = ${tenantId} and kind = ${kind} and finished_at is null order by started_at limit 1`);
    return row && { ...purgeOf(row), plannedCount: row.planned_count };
  },

  listLeftBehind: async (db: Queryable, limitRows: number): Promise<readonly string[]> => {
    const rows = await db.query<{ readonly id: string }>(sql`
      select id from storage.retention_purges as purge where ${isLeftBehind} order by started_at limit ${limitRows}`);
    return rows.map(({ id }) => id);
  },

  /** One that still is; undefined when another process is at it, or was. */
  lockLeftBehind: async (tx: Tx, id: string): Promise<LeftBehindPurge | undefined> => {
    const [row] = await tx.query<LeftBehindPurge>(sql`
      select id, tenant_id as "tenantId", kind, before, planned_count as "plannedCount"
      from storage.retention_purges as purge where id = ${id} and ${isLeftBehind} for update skip locked`);
    return row;
  },

  /** Begins a purge, or changes what one that goes on is about. */
  begin: async (tx: Tx, tenantId: string, purge: RetentionPurge, plannedCount: number | null): Promise<void> => {
    await tx.query(sql`
      insert into storage.retention_purges (id, tenant_id, kind, keep_days, before, started_at, planned_count)
      values (${purge.id}, ${tenantId}, ${purge.kind}, ${purge.keepDays}, ${purge.before}, ${purge.startedAt}, ${plannedCount})
      on conflict (id) do update set keep_days = excluded.keep_days, before = excluded.before,
        planned_count = excluded.planned_count`);
  },

  count: async (tx: Tx, id: string, more: { readonly count: number; readonly sizeBytes: number }): Promise<void> => {
    await tx.query(sql`
      update storage.retention_purges set count = count + ${more.count}, size_bytes = size_bytes + ${more.sizeBytes}
      where id = ${id}`);
  },

  finish: async (
    tx: Tx,
    id: string,
    { heldCount, brokenCount }: Pick<RetentionPurge, 'heldCount' | 'brokenCount'>,
    at: Date,
  ): Promise<RetentionPurge> => {
    const [row] = await tx.query<PurgeRow>(sql`
      update storage.retention_purges set held_count = ${heldCount}, broken_count = ${brokenCount}, finished_at = ${at}
      where id = ${id} returning ${purgeColumns}`);
    if (!row) throw new Error(`there is no purge ${id}`);
    return purgeOf(row);
  },

  listPurges: async (
    read: Queryable,
    filter: {
      readonly tenantId: string;
      readonly after: readonly [string, string] | undefined;
      readonly limitRows: number;
    },
  ): Promise<readonly RetentionPurge[]> => {
    const { tenantId, after, limitRows } = filter;
    const place = after ? sql`(started_at, id) < (${after[0]}, ${after[1]})` : sql`true`;
    const rows = await read.query<PurgeRow>(sql`
      select ${purgeColumns} from storage.retention_purges where tenant_id = ${tenantId} and ${place}
      order by started_at desc, id desc limit ${limitRows}`);
    return rows.map(purgeOf);
  },
} as const;
