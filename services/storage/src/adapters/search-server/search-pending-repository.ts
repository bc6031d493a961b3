import { type Queryable, rowsFrom, sql } from '@soc/db-cluster';
import type { SearchDocument } from '../../domain/search-document.ts';
import { toIndexed } from './index-document.ts';

/** A document that waits for the search server. */
export interface PendingDocument {
  readonly tenantId: string;
  readonly kind: string;
  readonly id: string;
  readonly version: string;
  readonly document: string;
  /** Of this version of it. */
  readonly sequence: string;
}

/** What waits for the server, as far as it is counted. */
export interface Backlog {
  /** At most `BACKLOG_COUNTED`. */
  readonly waiting: number;
  readonly oldestS: number;
  /** What the server will never take, kept to be looked at. */
  readonly refused: number;
}

/** More than this is as bad, and counting it costs. */
const BACKLOG_COUNTED = 100_000;

interface PendingRow extends Omit<PendingDocument, 'tenantId'> {
  readonly tenant_id: string;
}

export interface SearchPending {
  readonly add: (db: Queryable, documents: readonly SearchDocument[]) => Promise<void>;
  /** The last sequence of what waits; `0` when nothing does. */
  readonly last: (db: Queryable) => Promise<string>;
  /** The next ones after a sequence and up to another, at most `limitRows`. */
  readonly next: (
    db: Queryable,
    span: { readonly after: string; readonly last: string },
    limitRows: number,
  ) => Promise<readonly PendingDocument[]>;
  /** Forgets versions that the server has; a newer one that came meanwhile stays. */
  readonly settle: (db: Queryable, sequences: readonly string[]) => Promise<void>;
  readonly refuse: (
    db: Queryable,
    refusals: readonly { readonly sequence: string; readonly refused: string }[],
  ) => Promise<void>;
  /** Takes out what is too old to be kept; tells how much it was. */
  readonly purge: (
    db: Queryable,
    old: { readonly tenantId: string; readonly kind: string; readonly before: string },
  ) => Promise<void>;
  readonly backlog: (db: Queryable) => Promise<Backlog>;
  /** Whether this process feeds the server, for the next `leaseS` seconds. */
  readonly lease: (db: Queryable, holder: string, leaseS: number) => Promise<boolean>;
  readonly release: (db: Queryable, holder: string) => Promise<void>;
}

const COLUMNS = {
  tenant_id: 'text',
  kind: 'text',
  id: 'uuid',
  version: 'bigint',
  occurred_at: 'timestamptz',
  document: 'text',
};

export function createSearchPending(): SearchPending {
  return {
    add: async (db, documents) => {
      if (documents.length === 0) return;
      const rows = documents.map((document) => ({
        tenant_id: document.tenantId,
        kind: document.kind,
        id: document.id,
        version: document.version,
        occurred_at: document.occurredAt,
        document: toIndexed(document),
      }));
      await db.query(sql`
        insert into storage.search_pending as pending (tenant_id, kind, id, version, occurred_at, document)
        select tenant_id, kind, id, version, occurred_at, document from ${rowsFrom(COLUMNS, rows)}
        on conflict (tenant_id, kind, id) do update set
          version = excluded.version, occurred_at = excluded.occurred_at, document = excluded.document,
          sequence = excluded.sequence, refused = null
        where pending.version <= excluded.version`);
    },

    last: async (db) => {
      const [row] = await db.query<{ readonly last: string }>(sql`
        select coalesce(max(sequence), 0)::text as last from storage.search_pending where refused is null`);
      return row?.last ?? '0';
    },

    next: async (db, { after, last }, limitRows) => {
      const rows = await db.query<PendingRow>(sql`
        select tenant_id, kind, id, version::text as version, document, sequence::text as sequence
        from storage.search_pending
        where refused is null and sequence > ${after}::bigint and sequence <= ${last}::bigint
        order by sequence limit ${limitRows}`);
      return rows.map(({ tenant_id, ...row }) => ({ ...row, tenantId: tenant_id }));
    },

    settle: async (db, sequences) => {
      if (sequences.length === 0) return;
      await db.query(sql`
        delete from storage.search_pending where refused is null and sequence = any (${sequences}::bigint[])`);
    },

    refuse: async (db, refusals) => {
      if (refusals.length === 0) return;
      await db.query(sql`
        update storage.search_pending as pending set refused = rows.refused
        from ${rowsFrom({ sequence: 'bigint', refused: 'text' }, refusals)}
        where pending.refused is null and pending.sequence = rows.sequence`);
    },

    purge: async (db, { tenantId, kind, before }) => {
      await db.query(sql`
        delete from storage.search_pending
        where tenant_id = ${tenantId} and kind = ${kind} and occurred_at < ${before}`);
    },

    backlog: countBacklog,

    lease: async (db, holder, leaseS) => {
      const rows = await db.query(sql`
        insert into storage.search_indexers as indexer (name, holder, until)
        values ('documents', ${holder}, now() + make_interval(secs => ${leaseS}))
        on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where indexer.holder = excluded.holder or indexer.until < now()
        returning 1 as one`);
      return rows.length > 0;
    },

    release: async (db, holder) => {
      await db.query(sql`update storage.search_indexers set until = now() where holder = ${holder}`);
    },
  };
}

async function countBacklog(db: Queryable): Promise<Backlog> {
  const rows = await db.query<{ readonly waiting: number; readonly oldest_s: number; readonly refused: number }>(sql`
    select
      (select count(*)::int from (
        select from storage.search_pending where refused is null limit ${BACKLOG_COUNTED}) as counted) as waiting,
      coalesce((select extract(epoch from now() - queued_at)::float8 from storage.search_pending
        where refused is null order by sequence limit 1), 0) as oldest_s,
      (select count(*)::int from storage.search_pending where refused is not null) as refused`);
  const { waiting = 0, oldest_s = 0, refused = 0 } = rows[0] ?? {};
  return { waiting, oldestS: Math.round(oldest_s), refused };
}
