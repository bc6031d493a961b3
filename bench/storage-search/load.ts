import { alertDocument } from '../../services/storage/src/domain/search-document.ts';
import { toTsvector } from '../../services/storage/src/domain/tsvector.ts';
import { corpusAlert, corpusTime } from '../../services/storage/src/ports/search-corpus.fixture.ts';
import type pg from 'pg';
import { copyIn } from '../db/copy.ts';

/** Alerts that are made one by one; the rest are copies of them with ids and times of their own, which the server makes. */
const MADE_ALERTS = 20_000;
const ALERTS_PER_COPY = 5_000;

/** A value of COPY's text format. */
const cell = (value: string | number | null): string =>
  value === null
    ? String.raw`\N`
    : String(value)
        .replaceAll('\\', '\\\\')
        .replaceAll('\t', String.raw`\t`)
        .replaceAll('\n', String.raw`\n`);

function rowOf(index: number, tenantId: string): string {
  const document = alertDocument(corpusAlert(index, tenantId));
  const { kind, id, version, title, severity, status, source, score, incidentId, occurredAt, texts, fields } = document;
  const [verdict = null, assignee = null] = [fields.verdict?.[0], fields.assignee?.[0]];
  const cells = [tenantId, kind, id, version, title, severity, status, source, occurredAt, toTsvector(document)];
  const rest = [verdict, assignee, score, id, incidentId, JSON.stringify(texts)];
  return `${[...cells, ...rest].map(cell).join('\t')}\n`;
}

const COLUMNS = `tenant_id, kind, id, version, title, severity, status, source, occurred_at, search, verdict, assignee, score,
  alert_id, incident_id, texts`;

/** Later than all of the alerts that are made: each copy of a heap lies after the one before. */
const COPY_SPAN_S = MADE_ALERTS * 7;

const COPY_ALERTS = `
  insert into storage.documents (${COLUMNS})
  select tenant_id, kind, new_id, version, title, severity, status, source, occurred_at + make_interval(secs => $1 * ${COPY_SPAN_S}),
    ts_delete(search, array[id::text, ':id:' || id, ':alert:' || id])
      || array_to_tsvector(array[new_id::text, ':id:' || new_id, ':alert:' || new_id]),
    verdict, assignee, score, new_id, incident_id, texts
  from (
    select *, overlay(id::text placing lpad(to_hex(256 + $1::int), 4, '0') from 10)::uuid as new_id from storage.documents
    where occurred_at < $2::timestamptz
  ) as made`;

/** Fills `storage.documents`, with its indexes made afterwards, as a restore would; without a log, which searches never read. */
export async function loadAlerts(
  client: pg.PoolClient,
  { alerts, tenantId }: { readonly alerts: number; readonly tenantId: string },
  say: (line: string) => void,
): Promise<void> {
  const { rows: indexes } = await client.query<{ readonly name: string; readonly definition: string }>(`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid = 'storage.documents'::regclass and not indisprimary`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await client.query('alter table storage.documents set unlogged');
  const made = Math.min(alerts, MADE_ALERTS);
  for (let start = 0; start < made; start += ALERTS_PER_COPY) {
    const rows = Array.from({ length: Math.min(ALERTS_PER_COPY, made - start) }, (_, row) =>
      rowOf(start + row, tenantId),
    );
    await copyIn(client, `copy storage.documents (${COLUMNS}) from stdin`, Buffer.from(rows.join('')));
  }
  say(`${made} alerts made`);
  for (let copy = 1; copy * MADE_ALERTS < alerts; copy++) {
    await client.query(COPY_ALERTS, [copy, corpusTime(MADE_ALERTS)]);
  }
  say('copied; indexing');
  await client.query(`set maintenance_work_mem = '1GB'`);
  for (const { name, definition } of indexes) {
    const startedAtMs = performance.now();
    await client.query(definition);
    say(`${name}: ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s`);
  }
  await client.query('vacuum analyze storage.documents');
}
