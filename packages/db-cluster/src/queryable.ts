import type { QueryOptions } from './sender.ts';
import type { SqlStatement } from './sql.ts';

/** Anything a statement can be sent to: a role of the cluster, or a transaction. */
export interface Queryable<Options extends QueryOptions = QueryOptions> {
  /**
   * Runs one statement; rows come with snake_case columns as PostgreSQL names them. Throws `pg.DatabaseError` for what the
   * server answers, `StatementTimeoutError` and the signal's reason for what `options` ask, and the errors of the cluster.
   */
  readonly query: <Row extends object = Record<string, unknown>>(
    statement: SqlStatement,
    options?: Options,
  ) => Promise<Row[]>;
}
