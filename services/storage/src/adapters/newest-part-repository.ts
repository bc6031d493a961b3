import { joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { isFoundByWords } from '../domain/query/found-by-words.ts';
import type { SearchScope } from '../ports/search-index.ts';
import { spanOf } from './search-conditions-repository.ts';

/** Where documents are looked for, as conditions, and by what they are put in order. */
export interface Place {
  readonly within: readonly SqlStatement[];
  readonly order: SqlStatement;
}

export interface Wanted {
  readonly scope: SearchScope;
  /** What narrows the scope further. */
  readonly within?: readonly SqlStatement[];
  /** The newest of what is found, at most. */
  readonly wantedRows: number;
}

/** The part of the time searched that is looked at first; so many found in it tell how much will be enough. */
const FIRST_PART = 1 / 64;
const TELLING_HITS = 4;
/** So many at either end do not tell which times there are: a few have the time of a clock that was wrong, by years or by a day. */
const ODD_DOCUMENTS = 100;
/** More than is expected to be needed, for hits do not come evenly; and from which part on all is as good. */
const MARGIN = 1.5;
const LARGEST_PART = 1 / 2;

const BY_TIME = sql`occurred_at`;
/** No index has this order: where few are found, the index of times is not to be gone through in search of them. */
const BY_WORDS = sql`(occurred_at + interval '0')`;

/**
 * The newest documents of a scope, as `ask` looks for them and `rowsOf` counts what it found. What is found by a word thousands of times lies
 * on thousands of pages of the table, all of which the index of words would have read for a few of them: 105 ms of CPU for 6,000 of a
 * million. So the newest part of the time is looked at first, for which PostgreSQL joins the index of words with that of times
 * before it reads the table; then, if that was not enough, as much as should be; then all. What is found seldom costs little each time.
 */
export async function inNewestPart<Answer>(
  { scope, within = [], wantedRows }: Wanted,
  read: Queryable,
  ask: (place: Place) => Promise<Answer>,
  rowsOf: (answer: Answer) => number,
): Promise<Answer> {
  const span = isFoundByWords(scope.query) ? await timesOf([...spanOf(scope), ...within], read) : undefined;
  if (!span) return ask({ within, order: BY_TIME });
  const askIn = (part: number) =>
    ask({ within: [...within, sql`occurred_at >= ${startOf(span, part)}`], order: BY_TIME });
  let answer = await askIn(FIRST_PART);
  let rows = rowsOf(answer);
  const part = (FIRST_PART * MARGIN * wantedRows) / rows;
  if (rows < wantedRows && rows >= TELLING_HITS && part <= LARGEST_PART) {
    answer = await askIn(part);
    rows = rowsOf(answer);
  }
  return rows >= wantedRows ? answer : ask({ within, order: BY_WORDS });
}

interface TimesRow {
  readonly oldest: string;
  readonly newest: string;
}

/**
 * Of all documents that could be found, whatever the words, but for the outermost, and none to come; undefined when there are so few that
 * looking at all costs little.
 */
async function timesOf(within: readonly SqlStatement[], read: Queryable): Promise<TimesRow | undefined> {
  const conditions = joinSql(within, ' and ');
  const [row] = await read.query<TimesRow>(sql`
    with oldest as (
      select occurred_at from storage.documents where ${conditions} order by occurred_at, id
      offset ${ODD_DOCUMENTS} limit 1),
    newest as (
      select least(occurred_at, now()) as occurred_at from storage.documents where ${conditions}
      order by documents.occurred_at desc, id desc offset ${ODD_DOCUMENTS} limit 1)
    select oldest.occurred_at as oldest, newest.occurred_at as newest from oldest, newest
    where oldest.occurred_at < newest.occurred_at`);
  return row;
}

function startOf({ oldest, newest }: TimesRow, part: number): string {
  const [first, last] = [Date.parse(oldest), Date.parse(newest)];
  return new Date(Math.floor(last - (last - first) * part)).toISOString();
}
