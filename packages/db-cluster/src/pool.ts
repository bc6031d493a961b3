import { createHash } from 'node:crypto';
import pg from 'pg';
import type { SqlStatement } from './sql.ts';

/** Anything a statement can be sent to: a role of the cluster, or a transaction. */
export interface Queryable {
  /** Runs one statement; rows come with snake_case columns as PostgreSQL names them. Throws `pg.DatabaseError` and connection errors. */
  readonly query: <Row extends object = Record<string, unknown>>(statement: SqlStatement) => Promise<Row[]>;
}

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text: string) => Number(text));
types.setTypeParser(pg.types.builtins.NUMERIC, (text: string) => Number(text));
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => new Date(text).toISOString());

/** Connection settings shared by all pools: bigint and numeric as numbers, timestamptz as RFC 3339 text. */
export function createPool(options: {
  readonly url: string;
  readonly sizeConnections: number;
  readonly applicationName: string;
  readonly statementTimeoutMs: number;
}): Pool {
  return new pg.Pool({
    connectionString: options.url,
    max: options.sizeConnections,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types,
  });
}

const MAX_PREPARED = 500;

/** Names statements by their text, so that each connection parses and plans it once; past 500 texts they go unnamed. */
export function createStatementNamer(): (statement: SqlStatement) => pg.QueryConfig {
  const names = new Map<string, string>();
  return ({ text, values }) => {
    let name = names.get(text);
    if (name === undefined && names.size < MAX_PREPARED) {
      name = createHash('sha1').update(text).digest('base64url');
      names.set(text, name);
    }
    return { text, values: [...values], ...(name !== undefined && { name }) };
  };
}

/** Lost connections, a server that stops or starts, too many connections, and a primary that has become read-only. */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
  '08003',
  '25006',
]);

/** SQLSTATE classes: insufficient resources such as a full disk, and errors of the system below. */
const UNAVAILABLE_CLASS = /^(?:53|58)/;

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

/** A replica cancels reads that stand in the way of replaying. */
export const isRecoveryConflict = (error: unknown): boolean => error instanceof Error && codeOf(error) === '40001';

/** Whether an error says that the database cannot work now, as opposed to the statement or its values being wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    UNAVAILABLE.has(code) ||
    UNAVAILABLE_CLASS.test(code) ||
    /connection terminated|is not queryable|timeout exceeded when trying to connect/i.test(error.message)
  );
}
