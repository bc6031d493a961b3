import { Uuid } from '@soc/contracts';
import { identifier, joinSql, sql, type SqlStatement } from '@soc/db-cluster';
import type { FieldTest, Query } from '../domain/query/query.ts';
import { likePattern, literalStart } from '../domain/like-pattern.ts';
import { fieldLexeme, isColumnField, presenceLexeme, quoted } from '../domain/tsvector.ts';
import type { SearchScope } from '../ports/search-index.ts';

/**
 * A part of a query: text of a tsquery, or a condition. Tsqueries are joined as long as can be, so that the index is asked once;
 * they and all values are bound, never part of the statement.
 */
type Compiled = { readonly tsquery: string } | { readonly condition: SqlStatement };

type FieldQuery = Extract<Query, { op: 'field' }>;
type Words = Extract<Query, { op: 'words' }>;

/** The documents of a scope, as conditions on the rows of `storage.documents`. */
export const conditionsOf = (scope: SearchScope): readonly SqlStatement[] => [
  ...spanOf(scope),
  asCondition(compile(scope.query)),
];

/** Its tenant and times alone. */
export const spanOf = ({ tenantId, from, to }: SearchScope): readonly SqlStatement[] => [
  sql`tenant_id = ${tenantId}`,
  ...(from === undefined ? [] : [sql`occurred_at >= ${from}`]),
  ...(to === undefined ? [] : [sql`occurred_at < ${to}`]),
];

const matches = (tsquery: string): SqlStatement => sql`search @@ ${tsquery}::tsquery`;
const asCondition = (part: Compiled): SqlStatement => ('condition' in part ? part.condition : matches(part.tsquery));

function compile(query: Query): Compiled {
  switch (query.op) {
    case 'all':
      return { condition: sql`true` };
    case 'words':
      return { tsquery: `(${wordsTsquery(query)})` };
    case 'field':
      return compileField(query);
    case 'not': {
      const part = compile(query.part);
      // A column without a value is not as the test says: neither true nor false is not true.
      return 'tsquery' in part ? { tsquery: `!${part.tsquery}` } : { condition: sql`(${part.condition}) is not true` };
    }
    case 'and':
    case 'or':
      return compileParts(query.op, query.parts.map(compile));
  }
}

function compileParts(op: 'and' | 'or', parts: readonly Compiled[]): Compiled {
  const tsqueries = parts.flatMap((part) => ('tsquery' in part ? [part.tsquery] : []));
  const conditions = parts.flatMap((part) => ('condition' in part ? [part.condition] : []));
  const tsquery = `(${tsqueries.join(op === 'and' ? ' & ' : ' | ')})`;
  if (conditions.length === 0) return { tsquery };
  const all = tsqueries.length === 0 ? conditions : [matches(tsquery), ...conditions];
  return { condition: sql`(${joinSql(all, op === 'and' ? ' and ' : ' or ')})` };
}

function wordsTsquery({ words, prefix, in: within }: Words): string {
  const flags = `${prefix ? '*' : ''}${within === 'title' ? 'A' : ''}`;
  return words.map((word) => (flags === '' ? quoted(word) : `${quoted(word)}:${flags}`)).join(' <-> ');
}

function compileField({ field, test }: FieldQuery): Compiled {
  if (field === 'score') return { condition: ordered(identifier('score'), wholeNumbers(test), sql`smallint`) };
  if (field === 'occurredAt') return { condition: ordered(identifier('occurred_at'), test, sql`timestamptz`) };
  if (field === 'incident') return { condition: incidentCondition(test) };
  if (isColumnField(field)) return { condition: keywordCondition(identifier(field), test) };
  switch (test.is) {
    case 'equals':
      return { tsquery: quoted(fieldLexeme(field, test.value)) };
    case 'exists':
      return { tsquery: quoted(presenceLexeme(field)) };
    case 'pattern':
      return compilePattern(fieldLexeme(field, test.pattern));
    case 'range':
      return noSuchTest(field);
  }
}

/** The index finds what begins alike; the rest of the pattern is asked of those documents. */
function compilePattern(pattern: string): Compiled {
  const begins = `${quoted(literalStart(pattern))}:*`;
  if (/^[^*?]*\*$/.test(pattern)) return { tsquery: begins };
  return {
    condition: sql`(${matches(begins)} and exists (
      select from unnest(tsvector_to_array(search)) as one where one like ${likePattern(pattern)}))`,
  };
}

const noSuchTest = (field: string): never => {
  throw new Error(`no such test of ${field}`);
};

function keywordCondition(column: SqlStatement, test: FieldTest): SqlStatement {
  switch (test.is) {
    case 'exists':
      return sql`${column} is not null`;
    case 'equals':
      return sql`${column} = ${test.value}`;
    case 'pattern':
      return sql`${column} like ${likePattern(test.pattern)}`;
    case 'range':
      return noSuchTest('a keyword');
  }
}

/** What is no id is the incident of nothing. */
function incidentCondition(test: FieldTest): SqlStatement {
  if (test.is !== 'equals') return keywordCondition(sql`incident_id::text`, test);
  return Uuid.safeParse(test.value).success ? sql`incident_id = ${test.value}::uuid` : sql`false`;
}

const WIDEST = 1_000;
const bounded = (value: number): number => Math.min(WIDEST, Math.max(-WIDEST, value));

/** Scores are whole, from 0 to 100. Only compared with their own type does the planner know how many there are. */
function wholeNumbers(test: FieldTest): FieldTest {
  if (test.is !== 'range') return test;
  const { gte, gt, lte, lt } = test;
  return {
    is: 'range',
    ...(gte !== undefined && { gte: bounded(Math.ceil(Number(gte))) }),
    ...(gt !== undefined && { gt: bounded(Math.floor(Number(gt))) }),
    ...(lte !== undefined && { lte: bounded(Math.floor(Number(lte))) }),
    ...(lt !== undefined && { lt: bounded(Math.ceil(Number(lt))) }),
  };
}

function ordered(column: SqlStatement, test: FieldTest, type: SqlStatement): SqlStatement {
  if (test.is === 'exists') return sql`${column} is not null`;
  if (test.is !== 'range') return noSuchTest('what is ordered');
  const { gte, gt, lte, lt } = test;
  const conditions = [
    gte !== undefined && sql`${column} >= ${gte}::${type}`,
    gt !== undefined && sql`${column} > ${gt}::${type}`,
    lte !== undefined && sql`${column} <= ${lte}::${type}`,
    lt !== undefined && sql`${column} < ${lt}::${type}`,
  ].filter((condition) => condition !== false);
  return sql`(${joinSql(conditions, ' and ')})`;
}
