import { type Queryable, rowsFrom, sql, type SqlStatement } from '@soc/db-cluster';
import type { SearchDocument } from '../../domain/search-document.ts';
import { toIndexed } from './index-document.ts';

/** A document on its way to the search server. */
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
  /** Notes which versions the server has; a newer one that came meanwhile goes on waiting. */
  readonly settle: (db: Queryable, sequences: readonly string[]) => Promise<void>;
  readonly refuse: (
    db: Queryable,
    refusals: readonly { readonly sequence: string; readonly refused: string }[],
  ) => Promise<void>;
  /** Has all documents of some kinds that the server was sent wait again; tells how many. May be repeated. */
  readonly resend: (db: Queryable, kinds: readonly string[], isLeader: () => Promise<boolean>) => Promise<number>;
  readonly countOld: (db: Queryable, old: OldDocuments) => Promise<number>;
  /** Takes out what is too old to be kept, whether it waits or was sent; tells how much it was. */
  readonly purge: (db: Queryable, old: OldDocuments) => Promise<number>;
  readonly backlog: (db: Queryable) => Promise<Backlog>;
  /** Whether this process feeds the server, for the next `leaseS` seconds. */
  readonly lease: (db: Queryable, holder: string, leaseS: number) => Promise<boolean>;
  readonly release: (db: Queryable, holder: string) => Promise<void>;
}

interface OldDocuments {
  readonly tenantId: string;
  readonly kind: string;
  readonly before: string;
}

const isOld = ({ tenantId, kind, before }: OldDocuments): SqlStatement =>
  sql`tenant_id = ${tenantId} and kind = ${kind} and occurred_at < ${before}`;

/** As its index says it. */
const WAITS = sql`refused is null and sent_at is null`;

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
          sequence = excluded.sequence, refused = null, sent_at = null,
          queued_at = case when pending.sent_at is null then pending.queued_at else excluded.queued_at end
        where pending.version <= excluded.version`);
    },

    last: async (db) => {
      const [row] = await db.query<{ readonly last: string }>(sql`
        select coalesce(max(sequence), 0)::text as last from storage.search_pending where ${WAITS}`);
      return row?.last ?? '0';
    },

    next: async (db, { after, last }, limitRows) => {
      const rows = await db.query<PendingRow>(sql`
        select tenant_id, kind, id, version::text as version, document, sequence::text as sequence
        from storage.search_pending
        where ${WAITS} and sequence > ${after}::bigint and sequence <= ${last}::bigint
        order by sequence limit ${limitRows}`);
      return rows.map(({ tenant_id, ...row }) => ({ ...row, tenantId: tenant_id }));
    },

    settle: async (db, sequences) => {
      if (sequences.length === 0) return;
      await db.query(sql`
        update storage.search_pending set sent_at = now() where ${WAITS} and sequence = any (${sequences}::bigint[])`);
    },

    refuse: async (db, refusals) => {
      if (refusals.length === 0) return;
      await db.query(sql`
        update storage.search_pending as pending set refused = rows.refused
        from ${rowsFrom({ sequence: 'bigint', refused: 'text' }, refusals)}
        where pending.refused is null and pending.sent_at is null and pending.sequence = rows.sequence`);
    },

    resend: resendKinds,

    countOld: async (db, old) => {
      const [row] = await db.query<{ readonly count: number }>(sql`
        select count(*)::int as count from storage.search_pending where ${isOld(old)}`);
      return row?.count ?? 0;
    },

    purge: async (db, old) => {
      const [row] = await db.query<{ readonly count: number }>(sql`
        with gone as (delete from storage.search_pending where ${isOld(old)} returning 1)
        select count(*)::int as count from gone`);
      return row?.count ?? 0;
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

/** Documents that are looked at in one statement. */
const RESEND_ROWS = 10_000;

interface ResentRow {
  readonly tenant_id: string;
  readonly kind: string;
  readonly id: string;
  readonly resent: number;
}

/** By the primary key, part by part: no statement takes long, and nobody who writes has to wait. */
async function resendKinds(db: Queryable, kinds: readonly string[], isLeader: () => Promise<boolean>): Promise<number> {
  let resent = 0;
  let after: SqlStatement = sql`true`;
  for (;;) {
    if (!(await isLeader())) throw new Error('another process feeds the search server by now');
    const [last] = await db.query<ResentRow>(sql`
      with part as materialized (
        select tenant_id, kind, id from storage.search_pending where ${after}
        order by tenant_id, kind, id limit ${RESEND_ROWS}
      ), again as (
        update storage.search_pending as pending
        set sent_at = null, sequence = default, queued_at = now()
        from part
        where pending.tenant_id = part.tenant_id and pending.kind = part.kind and pending.id = part.id
          and pending.sent_at is not null and pending.kind = any (${kinds}::text[])
        returning 1
      )
      select tenant_id, kind, id, (select count(*)::int from again) as resent from part
      order by tenant_id desc, kind desc, id desc limit 1`);
    if (!last) return resent;
    resent += last.resent;
    after = sql`(tenant_id, kind, id) > (${last.tenant_id}, ${last.kind}, ${last.id}::uuid)`;
  }
}

async function countBacklog(db: Queryable): Promise<Backlog> {
  const rows = await db.query<{ readonly waiting: number; readonly oldest_s: number; readonly refused: number }>(sql`
    select
      (select count(*)::int from (
        select from storage.search_pending where ${WAITS} limit ${BACKLOG_COUNTED}) as counted) as waiting,
      coalesce((select extract(epoch from now() - queued_at)::float8 from storage.search_pending
        where ${WAITS} order by sequence limit 1), 0) as oldest_s,
      (select count(*)::int from storage.search_pending where refused is not null) as refused`);
  const { waiting = 0, oldest_s = 0, refused = 0 } = rows[0] ?? {};
  return { waiting, oldestS: Math.round(oldest_s), refused };
}
