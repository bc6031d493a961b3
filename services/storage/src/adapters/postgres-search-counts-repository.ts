import { identifier, joinSql, sql, type SqlStatement } from '@soc/db-cluster';
import type { KeywordField } from '../domain/document-fields.ts';
import { type ColumnField, fieldLexeme, isColumnField } from '../domain/tsvector.ts';
import { likePattern } from '../domain/like-pattern.ts';
import {
  type FacetValue,
  MAX_FACET_DOCUMENTS,
  MAX_HISTOGRAM_DOCUMENTS,
  type SearchIndex,
  type SearchScope,
} from '../ports/search-index.ts';
import { conditionsOf } from './search-conditions-repository.ts';

/** The newest documents of a scope: one more than is counted tells whether there are more. */
const newest = (scope: SearchScope, columns: SqlStatement, limitRows: number): SqlStatement => sql`
  select ${columns} from storage.documents
  where ${joinSql(conditionsOf(scope), ' and ')}
  order by occurred_at desc, id desc limit ${limitRows + 1}`;

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
  where one like any(${fields.map((field) => `${likePattern(fieldLexeme(field, ''))}%`)}::text[])`;

/** And the number of rows as the field `*`. */
export const countFacets: SearchIndex['facets'] = async ({ fields, limitValues, ...scope }, read) => {
  const columns = sql`severity, kind, status, verdict, assignee, incident_id, search`;
  const lexemeFields = fields.filter((field) => !isColumnField(field));
  const values = [
    ...fields.filter(isColumnField).map(valuesOfColumn),
    ...(lexemeFields.length > 0 ? [valuesOfLexemes(lexemeFields)] : []),
  ].reduce((all, one) => sql`${all} union all ${one}`, sql`select '*' as field, '' as value from counted`);
  const rows = await read.query<ValueRow>(sql`
    with counted as materialized (${newest(scope, columns, MAX_FACET_DOCUMENTS)}),
    counts as (select field, value, count(*)::int as count from (${values}) as each group by field, value),
    ranked as (select *, row_number() over (partition by field order by count desc, value collate "C") as rank from counts)
    select field, value, count from ranked where rank <= ${limitValues} order by field, rank`);
  const found = rows.find(({ field }) => field === '*')?.count ?? 0;
  const valuesFound = (field: KeywordField): readonly FacetValue[] =>
    rows.filter((row) => row.field === field).map(({ value, count }) => ({ value, count }));
  return {
    counted: found,
    isComplete: found <= MAX_FACET_DOCUMENTS,
    values: Object.fromEntries(fields.map((field) => [field, valuesFound(field)])),
  };
};

interface StepRow {
  readonly at: string;
  readonly count: number;
}

export const countSteps: SearchIndex['histogram'] = async ({ stepS, ...scope }, read) => {
  const rows = await read.query<StepRow>(sql`
    with counted as materialized (${newest(scope, sql`occurred_at`, MAX_HISTOGRAM_DOCUMENTS)})
    select to_timestamp(floor(extract(epoch from occurred_at) / ${stepS}) * ${stepS}) as at, count(*)::int as count
    from counted group by 1 order by 1`);
  const counted = rows.reduce((sum, { count }) => sum + count, 0);
  return { counted, isComplete: counted <= MAX_HISTOGRAM_DOCUMENTS, steps: rows };
};
