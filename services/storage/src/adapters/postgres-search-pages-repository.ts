import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { isFoundByWords } from '../domain/query/found-by-words.ts';
import type { FoundDocument, SearchRequest } from '../ports/search-index.ts';
import { conditionsOf, spanOf } from './search-conditions-repository.ts';

interface HitRow extends Omit<FoundDocument, 'occurredAt' | 'alertId' | 'incidentId'> {
  readonly occurred_at: string;
  readonly alert_id: string | null;
  readonly incident_id: string | null;
}

/** The part of the time searched that is looked at first; so many of a page found in it tell how much will fill one. */
const FIRST_PART = 1 / 64;
const TELLING_HITS = 4;
/** More than is expected to be needed, for hits do not come evenly; and from which part on all is as good. */
const MARGIN = 1.5;
const LARGEST_PART = 1 / 2;

/**
 * A page of hits, the newest first. What is found by a word thousands of times lies on thousands of pages of the table, all of which the index of
 * words would have read for one page of hits: 105 ms of CPU for 6,000 of a million. So the newest part of the time is looked at first,
 * for which PostgreSQL joins the index of words with that of times before it reads the table; then, if that did not fill the page, as
 * much as should; then all. What is found seldom costs little each time.
 */
export async function findNewest(request: SearchRequest, read: Queryable): Promise<readonly FoundDocument[]> {
  const span = isFoundByWords(request.query) ? await timesOf(request, read) : undefined;
  if (!span) return findPage(request, read, BY_TIME);
  const findIn = (part: number) => findPage(request, read, BY_TIME, [sql`occurred_at >= ${startOf(span, part)}`]);
  let hits = await findIn(FIRST_PART);
  const part = (FIRST_PART * MARGIN * request.limitRows) / hits.length;
  if (hits.length < request.limitRows && hits.length >= TELLING_HITS && part <= LARGEST_PART) hits = await findIn(part);
  return hits.length === request.limitRows ? hits : findPage(request, read, BY_WORDS);
}

const BY_TIME = sql`occurred_at`;
/** No index has this order: where few are found, the index of times is not to be gone through in search of a page of them. */
const BY_WORDS = sql`(occurred_at + interval '0')`;

async function findPage(
  request: SearchRequest,
  read: Queryable,
  order: SqlStatement,
  within: readonly SqlStatement[] = [],
): Promise<readonly FoundDocument[]> {
  const rows = await read.query<HitRow>(sql`
    select kind, id, title, severity, status, source, alert_id, incident_id, occurred_at, texts
    from storage.documents
    where ${joinSql([...conditionsOf(request), ...olderThan(request), ...within], ' and ')}
    order by ${order} desc, id desc
    limit ${request.limitRows}`);
  return rows.map(({ occurred_at, alert_id, incident_id, ...hit }) => ({
    ...hit,
    alertId: alert_id,
    incidentId: incident_id,
    occurredAt: occurred_at,
  }));
}

/** Only what is older than the last hit of the page before. */
const olderThan = ({ after }: SearchRequest): readonly SqlStatement[] =>
  after ? [sql`(occurred_at, id) < (${after.occurredAt}, ${after.id})`] : [];

interface TimesRow {
  readonly oldest: string;
  readonly newest: string;
}

/** Of all documents that could be found, whatever the words; undefined when there are none. */
async function timesOf(request: SearchRequest, read: Queryable): Promise<TimesRow | undefined> {
  const conditions = joinSql([...spanOf(request), ...olderThan(request)], ' and ');
  const [row] = await read.query<TimesRow>(sql`
    with oldest as (
      select occurred_at from storage.documents where ${conditions} order by occurred_at, id limit 1),
    newest as (
      select occurred_at from storage.documents where ${conditions} order by occurred_at desc, id desc limit 1)
    select oldest.occurred_at as oldest, newest.occurred_at as newest from oldest, newest`);
  return row;
}

function startOf({ oldest, newest }: TimesRow, part: number): string {
  const [first, last] = [Date.parse(oldest), Date.parse(newest)];
  return new Date(Math.floor(last - (last - first) * part)).toISOString();
}
