import { identifier, joinSql, raw, sql, type SqlStatement } from './sql.ts';

const TYPE = /^[a-z_][a-z0-9_ ]*(?:\(\d+(?:, ?\d+)?\))?$/;

/**
 * Rows as a table of a `from` clause, one array parameter a column, so that a statement has the same text for any number of
 * rows and is planned once:
 *
 *     sql`insert into alert.notes (id, body) select id, body from ${rowsFrom({ id: 'int', body: 'text' }, rows)}`
 *
 * `columns` names the columns and their PostgreSQL types; the table is called `rows`. Missing values are null. Columns that are
 * arrays themselves are not possible (`unnest` would flatten them). Throws for a name or a type that is none.
 */
export function rowsFrom<Column extends string>(
  columns: Readonly<Record<Column, string>>,
  rows: readonly Readonly<Partial<Record<Column, unknown>>>[],
): SqlStatement {
  // `Object.entries` forgets the type of the keys.
  const entries = Object.entries(columns) as [Column, string][];
  const arrays = entries.map(([name, type]) => {
    if (!TYPE.test(type)) throw new Error(`not an SQL type: ${JSON.stringify(type)}`);
    return sql`${rows.map((row) => row[name] ?? null)}::${raw(`${type}[]`)}`;
  });
  const names = entries.map(([name]) => identifier(name));
  return sql`unnest(${joinSql(arrays, ', ')}) as rows (${joinSql(names, ', ')})`;
}
