import { identifier, joinSql, sql, type SqlStatement } from '@soc/db-cluster';
import type { KeywordField } from '../domain/document-fields.ts';
import { type ColumnField, fieldLexeme, isColumnField } from '../domain/tsvector.ts';
import type { CountBounds, FacetValue, SearchIndex, SearchScope } from '../ports/search-index.ts';
import { conditionsOf } from './search-conditions-repository.ts';

/**
 * The newest documents of a scope as `counted`, by columns with `id` and `occurred_at`. `found` has one more where there are more: that tells, and is not counted. Its
 * rows come in their order already, so numbering them sorts nothing.
 */
const newest = (scope: SearchScope, columns: SqlStatement, limitRows: number): SqlStatement => sql`
  found as materialized (
    select newest.*, row_number() over (order by occurred_at desc, id desc) as place from (
      select ${columns} from storage.documents
      where ${joinSql(conditionsOf(scope), ' and ')}
      order by occurred_at desc, id desc limit ${limitRows + 1}) as newest),
  counted as (select * from found where place <= ${limitRows})`;

interface ValueRow extends FacetValue {
  readonly field: string;
}

/** The values of a field that is a column, in the rows of `counted`. */
function valuesOfColumn(field: ColumnField): SqlStatement {
  const column = field === 'incident' ? sql`incident_id::text` : identifier(field);
  return sql`select ${field} as field, ${column} as value from counted where ${column} is not null`;
}

/** The values of all other fields: the lexemes are gone through once, whatever the number of fields. */
const valuesOfLexemes = (fields: readonly KeywordField[]): SqlStatement => sql`
  select split_part(one, ':', 2) as field, substr(one, strpos(substr(one, 2), ':') + 2) as value
  from counted, unnest(tsvector_to_array(search)) as one
  where ${joinSql(
    fields.map((field) => sql`starts_with(one, ${fieldLexeme(field, '')})`),
    ' or ',
  )}`;

/** And the number of rows found as the field `*`. */
const countFacets =
  (limitRows: number): SearchIndex['facets'] =>
  async ({ fields, limitValues, ...scope }, read) => {
    const columns = sql`id, occurred_at, severity, kind, status, verdict, assignee, incident_id, search`;
    const lexemeFields = fields.filter((field) => !isColumnField(field));
    const values = [
      ...fields.filter(isColumnField).map(valuesOfColumn),
      ...(lexemeFields.length > 0 ? [valuesOfLexemes(lexemeFields)] : []),
    ].reduce((all, one) => sql`${all} union all ${one}`, sql`select '*' as field, '' as value from found`);
    const rows = await read.query<ValueRow>(sql`
    with ${newest(scope, columns, limitRows)},
    counts as (select field, value, count(*)::int as count from (${values}) as each group by field, value),
    ranked as (select *, row_number() over (partition by field order by count desc, value collate "C") as rank from counts)
    select field, value, count from ranked where rank <= ${limitValues} order by field, rank`);
    const found = rows.find(({ field }) => field === '*')?.count ?? 0;
    const valuesFound = (field: KeywordField): readonly FacetValue[] =>
      rows.filter((row) => row.field === field).map(({ value, count }) => ({ value, count }));
    return {
      counted: Math.min(found, limitRows),
      isComplete: found <= limitRows,
      values: Object.fromEntries(fields.map((field) => [field, valuesFound(field)])),
    };
  };

interface StepRow {
  readonly at: string;
  readonly count: number;
  /** Whether it is the step of the one document too many, which `count` leaves out. */
  readonly has_more: boolean;
}

const countSteps =
  (limitRows: number): SearchIndex['histogram'] =>
  async ({ stepS, ...scope }, read) => {
    const rows = await read.query<StepRow>(sql`
      with ${newest(scope, sql`id, occurred_at`, limitRows)}
      select to_timestamp(floor(extract(epoch from occurred_at) / ${stepS}) * ${stepS}) as at,
        (count(*) filter (where place <= ${limitRows}))::int as count, bool_or(place > ${limitRows}) as has_more
      from found group by 1 order by 1`);
    const steps = rows.filter(({ count }) => count > 0).map(({ at, count }) => ({ at, count }));
    const counted = steps.reduce((sum, { count }) => sum + count, 0);
    return { counted, isComplete: !rows.some(({ has_more }) => has_more), steps };
  };

/** The counting half of the port. */
export const createPostgresCounts = (bounds: CountBounds): Pick<SearchIndex, 'facets' | 'histogram'> => ({
  facets: countFacets(bounds.facetDocuments),
  histogram: countSteps(bounds.histogramDocuments),
});
