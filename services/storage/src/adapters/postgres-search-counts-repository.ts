import { identifier, joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import type { KeywordField } from '../domain/document-fields.ts';
import { type ColumnField, fieldLexeme, isColumnField } from '../domain/tsvector.ts';
import type { CountBounds, FacetValue, SearchIndex, SearchScope } from '../ports/search-index.ts';
import { inNewestPart, type Place } from './newest-part-repository.ts';
import { conditionsOf } from './search-conditions-repository.ts';

/**
 * The newest documents of a scope with their `place`, and one more where there are more than are counted: that tells, and is not
 * counted. The rows come in their order already, so numbering them sorts nothing.
 */
const newest = (
  scope: SearchScope,
  columns: SqlStatement,
  { within, order, limitRows }: Place & { readonly limitRows: number },
): SqlStatement => sql`
  select found.*, row_number() over (order by moment desc, id desc) as place from (
    select ${columns}, ${order} as moment from storage.documents
    where ${joinSql([...conditionsOf(scope), ...within], ' and ')}
    order by moment desc, id desc limit ${limitRows + 1}) as found`;

interface Tally {
  readonly counted: number;
  readonly isComplete: boolean;
}

const tallyOf = (found: number, limitRows: number): Tally => ({
  counted: Math.min(found, limitRows),
  isComplete: found <= limitRows,
});

interface ValueRow extends FacetValue {
  /** Empty for the rows found, which are no field's. */
  readonly field: string;
}

/** The value of a field that is a column, in the form in which lexemes have those of the others. */
function valueOfColumn(field: ColumnField): SqlStatement {
  const column = field === 'incident' ? sql`incident_id::text` : identifier(field);
  return sql`array_remove(array[${fieldLexeme(field, '')}::text || ${column}], null)`;
}

/**
 * The values of another field. Lexemes are in the order of their bytes, so those of a field are beside each other: found in the middle of
 * some 70, of which each that was looked at would cost as much as all of this (10,000 documents: 110 ms of CPU in place of 310).
 */
function valuesOfLexeme(field: KeywordField): SqlStatement {
  const [before, behind] = [fieldLexeme(field, ''), fieldLexeme(field, '').replace(/:$/, ';')];
  const upTo = (end: string) => sql`width_bucket(${end}::text collate "C", lexemes)`;
  return sql`lexemes[${upTo(before)} + 1 : ${upTo(behind)}]`;
}

const countFacets =
  (limitRows: number): SearchIndex['facets'] =>
  async ({ fields, limitValues, ...scope }, read) => {
    const columns = sql`id, occurred_at, severity, kind, status, verdict, assignee, incident_id, search`;
    const values = fields
      .map((field) => (isColumnField(field) ? valueOfColumn(field) : valuesOfLexeme(field)))
      .reduce((all, one) => sql`${all} || ${one}`, sql`array['*']`);
    const lexemes = fields.every(isColumnField) ? sql`null::text[]` : sql`tsvector_to_array(search)`;
    const ask = (place: Place) =>
      read.query<ValueRow>(sql`
        with each as (
          select unnest(case when place <= ${limitRows} then ${values} else array['*'] end) as one
          from (select found.*, ${lexemes} as lexemes from (
            ${newest(scope, columns, { ...place, limitRows })}) as found offset 0) as found),
        counts as (select one, count(*)::int as count from each group by one),
        named as (
          select split_part(one, ':', 2) as field, substr(one, strpos(substr(one, 2), ':') + 2) as value, count from counts),
        ranked as (select *, row_number() over (partition by field order by count desc, value collate "C") as rank from named)
        select field, value, count from ranked where rank <= ${limitValues} order by field, rank`);
    const foundIn = (rows: readonly ValueRow[]): number => rows.find(({ field }) => field === '')?.count ?? 0;
    const rows = await inNewestPart({ scope, wantedRows: limitRows + 1 }, read, ask, foundIn);
    const valuesFound = (field: KeywordField): readonly FacetValue[] =>
      rows.filter((row) => row.field === field).map(({ value, count }) => ({ value, count }));
    return {
      ...tallyOf(foundIn(rows), limitRows),
      values: Object.fromEntries(fields.map((field) => [field, valuesFound(field)])),
    };
  };

interface StepRow {
  readonly at: string;
  readonly count: number;
  /** With the one document too many, which `count` leaves out. */
  readonly found: number;
}

const countSteps =
  (limitRows: number): SearchIndex['histogram'] =>
  async ({ stepS, ...scope }, read) => {
    const ask = (place: Place) => stepsIn(scope, { ...place, limitRows, stepS }, read);
    const foundIn = (rows: readonly StepRow[]): number => rows.reduce((sum, { found }) => sum + found, 0);
    const rows = await inNewestPart({ scope, wantedRows: limitRows + 1 }, read, ask, foundIn);
    const steps = rows.filter(({ count }) => count > 0).map(({ at, count }) => ({ at, count }));
    return { ...tallyOf(foundIn(rows), limitRows), steps };
  };

const stepsIn = (
  scope: SearchScope,
  { stepS, ...place }: Place & { readonly limitRows: number; readonly stepS: number },
  read: Queryable,
): Promise<readonly StepRow[]> =>
  read.query<StepRow>(sql`
    select to_timestamp(floor(extract(epoch from occurred_at) / ${stepS}) * ${stepS}) as at,
      (count(*) filter (where place <= ${place.limitRows}))::int as count, count(*)::int as found
    from (${newest(scope, sql`id, occurred_at`, place)}) as found group by 1 order by 1`);

/** The counting half of the port. */
export const createPostgresCounts = (bounds: CountBounds): Pick<SearchIndex, 'facets' | 'histogram'> => ({
  facets: countFacets(bounds.facetDocuments),
  histogram: countSteps(bounds.histogramDocuments),
});
