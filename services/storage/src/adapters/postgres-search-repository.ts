import { json, type Queryable, sql } from '@soc/db-cluster';
import type { SearchDocument } from '../domain/search-document.ts';
import { toTsvector } from '../domain/tsvector.ts';
import { COUNT_BOUNDS, type SearchIndex } from '../ports/search-index.ts';
import { createPostgresCounts } from './postgres-search-counts-repository.ts';
import { findNewest } from './postgres-search-pages-repository.ts';

/** Search in PostgreSQL: a tsvector and a GIN index. */
export function createPostgresSearchIndex(bounds = COUNT_BOUNDS): SearchIndex {
  return {
    save: saveDocuments,

    search: findNewest,

    ...createPostgresCounts(bounds),

    purge: async ({ tenantId, kind, before, dryRun }, write) => {
      const old = sql`tenant_id = ${tenantId} and kind = ${kind} and occurred_at < ${before}`;
      const rows = await write.query<{ readonly count: number }>(
        dryRun
          ? sql`select count(*)::int as count from storage.documents where ${old}`
          : sql`with gone as (delete from storage.documents where ${old} returning 1)
              select count(*)::int as count from gone`,
      );
      return { count: rows[0]?.count ?? 0 };
    },
  };
}

async function saveDocuments(documents: readonly SearchDocument[], tx: Queryable): Promise<void> {
  if (documents.length === 0) return;
  const column = <Value>(value: (document: SearchDocument) => Value): Value[] => documents.map(value);
  const first = (values: readonly string[] | undefined): string | null => values?.[0] ?? null;
  // An unchanged `search` keeps the row's index entries (HOT), so a new status or score costs no work in the GIN index. What is
  // unchanged stays as it is stored: a long text is stored compressed, and another copy of it would count as changed.
  await tx.query(sql`
    insert into storage.documents as document
      (tenant_id, kind, id, version, title, severity, status, source, verdict, assignee, score, alert_id, incident_id,
        occurred_at, texts, search)
    select tenant_id, kind, id, version, title, severity, status, source, verdict, assignee, score, alert_id, incident_id,
      occurred_at, texts::jsonb, search::tsvector
    from unnest(
      ${column(({ tenantId }) => tenantId)}::text[], ${column(({ kind }) => kind)}::text[],
      ${column(({ id }) => id)}::uuid[], ${column(({ version }) => version)}::int[],
      ${column(({ title }) => title)}::text[], ${column(({ severity }) => severity)}::text[],
      ${column(({ status }) => status)}::text[], ${column(({ source }) => source)}::text[],
      ${column(({ fields }) => first(fields.verdict))}::text[],
      ${column(({ fields }) => first(fields.assignee))}::text[], ${column(({ score }) => score)}::smallint[],
      ${column(({ alertId }) => alertId)}::uuid[], ${column(({ incidentId }) => incidentId)}::uuid[],
      ${column(({ occurredAt }) => occurredAt)}::timestamptz[], ${column(({ texts }) => json(texts))}::text[],
      ${column(toTsvector)}::text[])
      as given (tenant_id, kind, id, version, title, severity, status, source, verdict, assignee, score, alert_id,
        incident_id, occurred_at, texts, search)
    on conflict (tenant_id, kind, id) do update set
      version = excluded.version, title = excluded.title, severity = excluded.severity, status = excluded.status,
      source = excluded.source, verdict = excluded.verdict, assignee = excluded.assignee, score = excluded.score,
      alert_id = excluded.alert_id, incident_id = excluded.incident_id, occurred_at = excluded.occurred_at,
      texts = case when document.texts = excluded.texts then document.texts else excluded.texts end,
      search = case when document.search = excluded.search then document.search else excluded.search end
    where document.version < excluded.version`);
}
