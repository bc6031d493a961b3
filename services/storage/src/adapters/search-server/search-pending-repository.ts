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
  /** What it came with, in this version. */
  readonly batch: string;
}

/** Batches in their order, and what is left of them: no document in two of them, and none of which a newer version came since. */
export interface PendingPage {
  readonly batches: readonly string[];
  readonly documents: readonly PendingDocument[];
}

/** How much is read at once: so many whole batches, but one at least. */
export interface PageLimit {
  readonly documents: number;
  readonly bytes: number;
}

/** A document that the server will never take, and why. */
export interface Refusal {
  readonly document: PendingDocument;
  readonly reason: string;
}

/** What waits for the server. */
export interface Backlog {
  /** Versions of documents, also those that a newer one has replaced since. */
  readonly waiting: number;
  readonly oldestS: number;
  /** What the server will never take, kept to be looked at. */
  readonly refused: number;
}

export interface SearchPending {
  /** Keeps documents and has them wait. */
  readonly add: (db: Queryable, documents: readonly SearchDocument[]) => Promise<void>;
  /** The last batch that waits; `0` when none does. */
  readonly last: (db: Queryable) => Promise<string>;
  /** The next batches after one and up to another. */
  readonly next: (
    db: Queryable,
    span: { readonly after: string; readonly last: string },
    limit: PageLimit,
  ) => Promise<PendingPage>;
  /** These batches wait no longer: the server has what is in them, or never will. */
  readonly settle: (db: Queryable, batches: readonly string[]) => Promise<void>;
  readonly refuse: (db: Queryable, refusals: readonly Refusal[]) => Promise<void>;
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

export function createSearchPending(): SearchPending {
  return {
    add: async (db, documents) => {
      for (const batch of batchesOf(documents)) await addBatch(db, batch);
    },

    last: async (db) => {
      const [row] = await db.query<{ readonly last: string }>(sql`
        select coalesce(max(batch), 0)::text as last from storage.search_batches`);
      return row?.last ?? '0';
    },

    next: readPage,

    settle: async (db, batches) => {
      if (batches.length === 0) return;
      await db.query(sql`delete from storage.search_batches where batch = any (${batches}::bigint[])`);
    },

    refuse: async (db, refusals) => {
      if (refusals.length === 0) return;
      const columns = { tenant_id: 'text', kind: 'text', id: 'uuid', batch: 'bigint', reason: 'text' };
      const rows = refusals.map(({ document: { tenantId, kind, id, batch }, reason }) => ({
        tenant_id: tenantId,
        kind,
        id,
        batch,
        reason,
      }));
      await db.query(sql`
        update storage.search_documents as kept set refused = rows.reason
        from ${rowsFrom(columns, rows)}
        where kept.tenant_id = rows.tenant_id and kept.kind = rows.kind and kept.id = rows.id
          and kept.batch = rows.batch`);
    },

    resend: resendKinds,

    countOld: async (db, old) => {
      const [row] = await db.query<{ readonly count: number }>(sql`
        select count(*)::int as count from storage.search_documents where ${isOld(old)}`);
      return row?.count ?? 0;
    },

    purge: async (db, old) => {
      const [row] = await db.query<{ readonly count: number }>(sql`
        with gone as (delete from storage.search_documents where ${isOld(old)} returning 1)
        select count(*)::int as count from gone`);
      return row?.count ?? 0;
    },

    backlog: async (db) => {
      const [row] = await db.query<{ readonly waiting: number; readonly oldest_s: number; readonly refused: number }>(
        sql`
        select
          (select coalesce(sum(documents), 0)::int from storage.search_batches) as waiting,
          coalesce((select extract(epoch from now() - queued_at)::float8 from storage.search_batches
            order by batch limit 1), 0) as oldest_s,
          (select count(*)::int from storage.search_documents where refused is not null) as refused`,
      );
      const { waiting = 0, oldest_s = 0, refused = 0 } = row ?? {};
      return { waiting, oldestS: Math.round(oldest_s), refused };
    },

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

/** Largest batch: what is sent again when one of its documents could not be taken, and half of a bulk. */
const BATCH_DOCUMENTS = 500;
const BATCH_CHARS = 1024 ** 2;

interface Prepared {
  readonly document: SearchDocument;
  readonly text: string;
}

function* batchesOf(documents: readonly SearchDocument[]): Generator<readonly Prepared[]> {
  let batch: Prepared[] = [];
  let chars = 0;
  for (const document of documents) {
    const text = toIndexed(document);
    if (batch.length === BATCH_DOCUMENTS || (batch.length > 0 && chars + text.length > BATCH_CHARS)) {
      yield batch;
      [batch, chars] = [[], 0];
    }
    batch.push({ document, text });
    chars += text.length;
  }
  if (batch.length > 0) yield batch;
}

/**
 * The texts are one parameter, line by line, which JSON never breaks: as an array every quotation mark in them would be escaped here and
 * read again there, which is a sixth of what a document costs.
 */
async function addBatch(db: Queryable, batch: readonly Prepared[]): Promise<void> {
  const column = <Value>(value: (document: SearchDocument) => Value): readonly Value[] =>
    batch.map(({ document }) => value(document));
  const texts = batch.map(({ text }) => text).join('\n');
  await db.query(sql`
    with batch as (
      insert into storage.search_batches (documents, size_bytes)
      values (${batch.length}, ${Buffer.byteLength(texts)}) returning batch)
    insert into storage.search_documents as kept (tenant_id, kind, id, version, occurred_at, document, batch)
    select given.tenant_id, given.kind, given.id, given.version, given.occurred_at, given.document, batch.batch
    from batch, unnest(
      ${column(({ tenantId }) => tenantId)}::text[], ${column(({ kind }) => kind)}::text[],
      ${column(({ id }) => id)}::uuid[], ${column(({ version }) => version)}::bigint[],
      ${column(({ occurredAt }) => occurredAt)}::timestamptz[], string_to_array(${texts}::text, chr(10)))
      as given (tenant_id, kind, id, version, occurred_at, document)
    on conflict (tenant_id, kind, id) do update set
      version = excluded.version, occurred_at = excluded.occurred_at, document = excluded.document,
      batch = excluded.batch, refused = null
    where kept.version <= excluded.version`);
}

interface PageRow extends Omit<PendingDocument, 'tenantId'> {
  readonly tenant_id: string;
  /** Null for a batch of which nothing is left. */
  readonly id: string;
}

/** By the index of batches, one after the other: a plan made while little was waiting is right for much as well. */
async function readPage(
  db: Queryable,
  { after, last }: { readonly after: string; readonly last: string },
  limit: PageLimit,
): Promise<PendingPage> {
  const rows = await db.query<PageRow | { readonly batch: string; readonly id: null }>(sql`
    with waiting as (
      select batch, documents, size_bytes from storage.search_batches
      where batch > ${after}::bigint and batch <= ${last}::bigint order by batch limit ${limit.documents}),
    summed as (
      select batch, row_number() over up_to as place, sum(documents) over up_to as documents,
        sum(size_bytes) over up_to as size_bytes
      from waiting window up_to as (order by batch)),
    page as materialized (
      select batch from summed where place = 1 or (documents <= ${limit.documents} and size_bytes <= ${limit.bytes}))
    select page.batch::text as batch, tenant_id, kind, id, version::text as version, document
    from page left join lateral (
      select tenant_id, kind, id, version, document from storage.search_documents as kept
      where kept.batch = page.batch and refused is null offset 0) as kept on true
    order by page.batch`);
  return {
    batches: [...new Set(rows.map(({ batch }) => batch))],
    documents: rows.flatMap((row) => {
      if (row.id === null) return [];
      const { tenant_id: tenantId, ...document } = row;
      return [{ ...document, tenantId }];
    }),
  };
}

/** Documents that are looked at in one statement. */
const RESEND_ROWS = 10_000;

interface ResentRow {
  readonly last: string | null;
  readonly resent: number;
}

/** By the index of batches, part by part and whole batches always: no statement takes long, and no document is written. */
async function resendKinds(db: Queryable, kinds: readonly string[], isLeader: () => Promise<boolean>): Promise<number> {
  let resent = 0;
  let after = '-1';
  for (;;) {
    if (!(await isLeader())) throw new Error('another process feeds the search server by now');
    const [row] = await db.query<ResentRow>(sql`
      with part as (
        select max(batch) as last from (
          select batch from storage.search_documents
          where refused is null and batch > ${after}::bigint order by batch limit ${RESEND_ROWS}) as part),
      again as (
        insert into storage.search_batches (batch, documents, size_bytes)
        select batch, count(*), sum(octet_length(document))
        from storage.search_documents
        where refused is null and batch > ${after}::bigint and batch <= (select last from part)
          and kind = any (${kinds}::text[])
        group by batch
        on conflict do nothing
        returning documents)
      select last::text as last, (select coalesce(sum(documents), 0)::int from again) as resent from part`);
    if (!row || row.last === null) return resent;
    resent += row.resent;
    after = row.last;
  }
}
