import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { Hold } from '../ports/object-store.ts';

/** An object that a purge has named, locked. */
export interface BegunObject {
  readonly id: string;
  readonly tenantId: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly purgeId: string;
  readonly isHeld: boolean;
  /** Another object that is still kept has the same content, as was possible once. */
  readonly isShared: boolean;
}

interface BegunRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly object_key: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly purge_id: string;
  readonly is_held: boolean;
  readonly is_shared: boolean;
}

interface Span {
  readonly tenantId: string;
  /** By the time it was stored. */
  readonly before: string;
  readonly now: Date;
}

const held = (now: Date) => sql`(legal_hold or coalesce(retain_until > ${now}, false))`;

/** Which objects are too old. */
export const evidencePurgeRepository = {
  count: async (read: Queryable, { tenantId, before, now }: Span) => {
    const [row] = await read.query<{ count: number; held_count: number; size_bytes: number }>(sql`
      select count(*) filter (where not ${held(now)})::bigint as count,
        count(*) filter (where ${held(now)})::bigint as held_count,
        coalesce(sum(size_bytes) filter (where not ${held(now)}), 0)::bigint as size_bytes
      from storage.objects where tenant_id = ${tenantId} and stored_at < ${before}::timestamptz and purged_at is null`);
    return { count: row?.count ?? 0, heldCount: row?.held_count ?? 0, sizeBytes: row?.size_bytes ?? 0 };
  },

  /** Names objects that are about to be purged, but for some; tells how many. */
  begin: async (
    tx: Tx,
    {
      tenantId,
      before,
      now,
      purgeId,
      except,
      limitRows,
    }: Span & { readonly purgeId: string; readonly except: readonly string[]; readonly limitRows: number },
  ): Promise<number> => {
    const rows = await tx.query(sql`
      update storage.objects set purge_id = ${purgeId}, purge_begun_at = ${now}
      where id in (
        select id from storage.objects
        where tenant_id = ${tenantId} and stored_at < ${before}::timestamptz and purged_at is null
          and purge_begun_at is null and not ${held(now)} and id <> all(${except}::uuid[])
        order by stored_at limit ${limitRows} for update skip locked)
      returning 1 as begun`);
    return rows.length;
  },

  listBegun: async (db: Queryable, purgeId: string): Promise<readonly string[]> => {
    const rows = await db.query<{ id: string }>(sql`
      select id from storage.objects
      where purge_id = ${purgeId} and purge_begun_at is not null and purged_at is null order by id`);
    return rows.map(({ id }) => id);
  },

  /** Named before a time by a purge that nobody has gone on with. */
  listLeftBehind: async (db: Queryable, before: Date, limitRows: number): Promise<readonly string[]> => {
    const rows = await db.query<{ id: string }>(sql`
      select id from storage.objects
      where purge_begun_at < ${before} and purged_at is null order by purge_begun_at limit ${limitRows}`);
    return rows.map(({ id }) => id);
  },

  /** Locks an object that was named and is not purged yet: a hold waits until this has ended, or is seen. */
  lock: async (tx: Tx, id: string, now: Date): Promise<BegunObject | undefined> => {
    const [row] = await tx.query<BegunRow>(sql`
      select id, tenant_id, object_key, size_bytes, sha256, purge_id, ${held(now)} as is_held,
        exists (select from storage.objects as other
          where other.tenant_id = o.tenant_id and other.sha256 = o.sha256 and other.object_key = o.object_key
            and other.id <> o.id and other.purged_at is null) as is_shared
      from storage.objects as o
      where id = ${id} and purge_begun_at is not null and purged_at is null for update`);
    return (
      row && {
        id: row.id,
        tenantId: row.tenant_id,
        key: row.object_key,
        sizeBytes: row.size_bytes,
        sha256: row.sha256,
        purgeId: row.purge_id,
        isHeld: row.is_held,
        isShared: row.is_shared,
      }
    );
  },

  spare: async (tx: Tx, id: string): Promise<void> => {
    await tx.query(sql`update storage.objects set purge_id = null, purge_begun_at = null where id = ${id}`);
  },

  takeOverHold: async (tx: Tx, id: string, { legalHold, retainUntil }: Hold): Promise<void> => {
    await tx.query(sql`
      update storage.objects set legal_hold = legal_hold or ${legalHold},
        retain_until = greatest(retain_until, ${retainUntil ?? null}::timestamptz)
      where id = ${id}`);
  },

  purged: async (tx: Tx, id: string, at: Date): Promise<void> => {
    await tx.query(sql`update storage.objects set purged_at = ${at} where id = ${id}`);
  },
} as const;
