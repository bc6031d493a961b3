import type { SearchHit } from '@soc/contracts/storage/search';
import { joinSql, sql } from '@soc/db-cluster';
import type { SearchDocument } from '../domain/search-document.ts';
import { toTsquery, toTsvector } from '../domain/tsvector.ts';
import type { SearchIndex } from '../ports/search-index.ts';

interface HitRow {
  readonly kind: SearchHit['kind'];
  readonly id: string;
  readonly title: string;
  readonly severity: SearchHit['severity'];
  readonly status: string;
  readonly source: string | null;
  readonly occurred_at: string;
}

/** Search in PostgreSQL: a tsvector and a GIN index. */
export function createPostgresSearchIndex(): SearchIndex {
  return {
    save: async (documents, tx) => {
      if (documents.length === 0) return;
      const column = <Value>(value: (document: SearchDocument) => Value): Value[] => documents.map(value);
      // An unchanged `search` keeps the row's index entries (HOT), so a new status costs no work in the GIN index.
      await tx.query(sql`
        insert into storage.documents as document
          (tenant_id, kind, id, version, title, severity, status, source, occurred_at, search)
        select tenant_id, kind, id, version, title, severity, status, source, occurred_at, search::tsvector
        from unnest(
          ${column(({ tenantId }) => tenantId)}::text[], ${column(({ kind }) => kind)}::text[],
          ${column(({ id }) => id)}::uuid[], ${column(({ version }) => version)}::int[],
          ${column(({ title }) => title)}::text[], ${column(({ severity }) => severity)}::text[],
          ${column(({ status }) => status)}::text[], ${column(({ source }) => source)}::text[],
          ${column(({ occurredAt }) => occurredAt)}::timestamptz[], ${column(toTsvector)}::text[])
          as given (tenant_id, kind, id, version, title, severity, status, source, occurred_at, search)
        on conflict (tenant_id, kind, id) do update set
          version = excluded.version, title = excluded.title, severity = excluded.severity, status = excluded.status,
          source = excluded.source, occurred_at = excluded.occurred_at, search = excluded.search
        where document.version < excluded.version`);
    },

    search: async ({ tenantId, query, kind, severity, from, to, after, limitRows }, read) => {
      const conditions = [sql`tenant_id = ${tenantId}`, sql`search @@ ${toTsquery(query)}::tsquery`];
      if (kind !== undefined) conditions.push(sql`kind = ${kind}`);
      if (severity !== undefined) conditions.push(sql`severity = ${severity}`);
      if (from !== undefined) conditions.push(sql`occurred_at >= ${from}`);
      if (to !== undefined) conditions.push(sql`occurred_at < ${to}`);
      if (after !== undefined) conditions.push(sql`(occurred_at, id) < (${after.occurredAt}, ${after.id})`);
      const rows = await read.query<HitRow>(sql`
        select kind, id, title, severity, status, source, occurred_at
        from storage.documents
        where ${joinSql(conditions, ' and ')}
        order by occurred_at desc, id desc
        limit ${limitRows}`);
      return rows.map(({ occurred_at, ...hit }) => ({ ...hit, occurredAt: occurred_at }));
    },
  };
}
