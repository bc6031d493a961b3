import type { QueryResult } from 'pg';
import { type Lsn, parseLsn } from './lsn.ts';
import type { Pool, PoolClient, Queryable } from './pool.ts';
import type { SqlStatement } from './sql.ts';

/** An open transaction on the primary. */
export interface Tx extends Queryable {
  /** Runs after the commit, never after a rollback. Must not throw. */
  readonly afterCommit: (effect: () => void) => void;
}

interface Committed<T> {
  readonly result: T;
  readonly lsn: Lsn | undefined;
  readonly effects: readonly (() => void)[];
}

/** Commit and the log position in one round trip. pg answers an array when the text holds several statements. */
async function commit(client: PoolClient): Promise<Lsn | undefined> {
  const answer: unknown = await client.query('commit; select pg_current_wal_insert_lsn()::text as lsn');
  // pg's types know only the answer to a single statement.
  const [committed, position] = answer as readonly [QueryResult, QueryResult<{ lsn: string }>];
  // A transaction that failed inside answers COMMIT with ROLLBACK: the work did not happen.
  if (committed.command === 'ROLLBACK') throw new Error('the transaction was rolled back by the server');
  return parseLsn(position.rows[0]?.lsn ?? '');
}

/** Runs `work` in one transaction: commits when it resolves, rolls back when it throws. */
export async function runTransaction<T>(
  pool: Pool,
  send: (client: PoolClient, statement: SqlStatement) => Promise<object[]>,
  work: (tx: Tx) => Promise<T>,
): Promise<Committed<T>> {
  const client = await pool.connect();
  const effects: (() => void)[] = [];
  const tx: Tx = {
    // The caller names the row type it selected; pg itself knows rows only as objects.
    query: <Row extends object>(statement: SqlStatement) => send(client, statement) as Promise<Row[]>,
    afterCommit: (effect) => effects.push(effect),
  };
  let broken: Error | undefined;
  // A connection that dies between two statements says so by an event, which would end the process if nobody listened.
  const onLost = (error: Error): void => {
    broken = error;
  };
  client.on('error', onLost);
  try {
    await client.query('begin');
    const result = await work(tx);
    const lsn = await commit(client);
    return { result, lsn, effects };
  } catch (error) {
    await client.query('rollback').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    client.release(broken);
    client.removeListener('error', onLost);
  }
}
