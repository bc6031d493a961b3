import type { QueryResult } from 'pg';
import {
  CancelUnconfirmedError,
  CommitOutcomeUnknownError,
  ConnectionWaitError,
  isAnswer,
  isConnectionLost,
  isRecoveryConflict,
  isRefusedByRole,
  markOfDatabase,
  NodeChangedError,
} from './errors.ts';
import { type LogPosition, parseLsn } from './lsn.ts';
import type { RouterCounters } from './metrics.ts';
import type { Node } from './node.ts';
import { sendCommand, type PooledConnection } from './pool.ts';
import type { Queryable } from './queryable.ts';
import type { Outgoing, QueryOptions, Sender } from './sender.ts';
import type { SqlStatement } from './sql.ts';
import { beforeSending, HadNoEffect, outcomeUnknown, refuseUnreplicated } from './write-router.ts';

/** An open transaction. */
export interface Tx extends Queryable {
  /** Runs after the commit, never after a rollback. Must not throw. */
  readonly afterCommit: (effect: () => void) => void;
  /** A consistency token that covers all that anybody has committed by now; not what this transaction is about to. */
  readonly currentToken: () => Promise<string>;
}

export interface TxOptions {
  /** A snapshot that writes nothing, on a replica where one may answer; its work may run again on another server. */
  readonly readOnly?: boolean;
  /** With `readOnly`: only a server that has replayed the write this token stands for. */
  readonly token?: string | undefined;
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** Longest each statement may take, in place of the cluster's `statementTimeoutMs`; may be longer. */
  readonly statementTimeoutMs?: number;
  /** Cancels the statement under way and rolls back; without effect once the commit has been sent. */
  readonly signal?: AbortSignal;
}

export interface Committed<T> {
  readonly result: T;
  readonly position: LogPosition | undefined;
  readonly effects: readonly (() => void)[];
}

export interface TxContext {
  readonly sender: Sender;
  readonly counters: RouterCounters;
  readonly outgoing: (statement: SqlStatement, options?: QueryOptions) => Outgoing;
  /** The token of a position. */
  readonly encode: (position: LogPosition) => string;
}

/** The position in the log, and the timeline by the name of the file it is in. */
export const POSITION =
  'select pg_current_wal_insert_lsn()::text as lsn, pg_walfile_name(pg_current_wal_insert_lsn()) as file';

export interface PositionRow {
  readonly lsn: string;
  readonly file: string;
}

export function positionOf(row: PositionRow | undefined): LogPosition | undefined {
  const lsn = parseLsn(row?.lsn ?? '');
  return row && lsn !== undefined ? { lsn, timeline: Number.parseInt(row.file.slice(0, 8), 16) } : undefined;
}

/** Commit and the log position in one round trip. pg answers an array when the text holds several statements. */
async function commit(connection: PooledConnection): Promise<LogPosition | undefined> {
  const { connection: wire } = connection.client;
  let isCommitted = false;
  const onComplete = ({ text }: { readonly text: string }): void => {
    isCommitted ||= text === 'COMMIT';
  };
  wire.on('commandComplete', onComplete);
  try {
    const answer: unknown = await sendCommand(connection, `commit; ${POSITION}`);
    // pg's types know only the answer to a single statement.
    const [committed, position] = answer as readonly [QueryResult, QueryResult<PositionRow>];
    refuseRolledBack(committed);
    return positionOf(position.rows[0]);
  } catch (error) {
    // A late cancellation, or a loss: what the server has said to be committed is, only where in the log is not known.
    if (!isCommitted) throw error;
    connection.isSpoilt = true;
    return undefined;
  } finally {
    wire.off('commandComplete', onComplete);
  }
}

/** A transaction that failed inside answers COMMIT with ROLLBACK: the work did not happen. */
function refuseRolledBack({ command }: QueryResult): void {
  if (command === 'ROLLBACK') throw new Error('the transaction was rolled back by the server');
}

/** All that a transaction begins with, in one round trip. */
function beginOf({ readOnly, isolation, statementTimeoutMs }: TxOptions, scope: readonly string[]): string {
  const begin = ['begin', isolation && `isolation level ${isolation}`, readOnly && 'read only'];
  const limit =
    statementTimeoutMs === undefined ? [] : [`set local statement_timeout = ${Math.ceil(statementTimeoutMs)}`];
  return [begin.filter(Boolean).join(' '), ...limit, ...scope].join('; ');
}

/**
 * One attempt at a transaction on a server: commits when `work` resolves, rolls back when it throws. Throws `HadNoEffect`
 * when the server failed before it was asked to commit, `CommitOutcomeUnknownError` when it failed after.
 */
export async function attemptTransaction<T>(
  context: TxContext,
  node: Node,
  work: (tx: Tx) => Promise<T>,
  options: TxOptions,
): Promise<Committed<T>> {
  const { sender, counters } = context;
  const { connection, begin } = await Promise.resolve(
    beforeSending(options.signal, () => sender.checkOutForTx(node, options.signal)),
  ).catch((error: unknown) => {
    // Another server may have a connection to read on.
    throw options.readOnly && error instanceof ConnectionWaitError ? new HadNoEffect(error) : error;
  });
  const effects: (() => void)[] = [];
  /** What the server did to this transaction, as opposed to what the work threw. */
  let failure: unknown;
  let isCommitting = false;
  /** The work is done: the session may be another's soon. */
  let isOver = false;
  const noticing = async <R>(answer: Promise<R>): Promise<R> => {
    try {
      return await answer;
    } catch (error) {
      // An error of the driver leads back to its socket; this leads back to the caller.
      if (error instanceof Error) Error.captureStackTrace(error);
      if (isOfServer(error, options)) failure ??= error;
      // What was not committed has no outcome that anybody could be unsure of.
      throw error instanceof CancelUnconfirmedError ? error.reason : error;
    }
  };
  const tx: Tx = {
    query: <Row extends object>(statement: SqlStatement, queryOptions?: QueryOptions) =>
      isOver
        ? Promise.reject(new Error('the transaction is over: its statements are to be waited for'))
        : // The caller names the row type it selected; pg itself knows rows only as objects.
          (noticing(
            sender.run(node, connection, context.outgoing(statement, queryOptions), {
              ...queryOptions,
              ...(options.signal && { signal: options.signal }),
            }),
          ) as Promise<Row[]>),
    afterCommit: (effect) => effects.push(effect),
    currentToken: async () => {
      const [row] = await tx.query<PositionRow>({ text: POSITION, values: [] });
      const position = positionOf(row);
      if (!position) throw new Error('the primary did not tell its position in the log');
      return context.encode(position);
    },
  };
  try {
    connection.statementTimeoutMs = options.statementTimeoutMs;
    await noticing(sendCommand(connection, beginOf(options, begin)).catch(refuseToBegin));
    const result = await work(tx);
    isOver = true;
    options.signal?.throwIfAborted();
    if (connection.epoch !== node.pool.epoch()) {
      failure = new NodeChangedError(`${node.name} has changed its role in the middle of the transaction`);
      throw failure;
    }
    isCommitting = true;
    if (options.readOnly) {
      refuseRolledBack(await sendCommand(connection, 'commit'));
      return { result, effects, position: undefined };
    }
    const position = await commit(connection);
    refuseUnreplicated(connection, counters);
    return { result, effects, position };
  } catch (error) {
    isOver = true;
    if (!isCommitting || isAnswer(error)) await rollBack(connection);
    else connection.isSpoilt = true;
    if (isCommitting) markOfDatabase(error);
    if (error instanceof CommitOutcomeUnknownError) throw error;
    if (isCommitting && options.readOnly && isOfServer(error, options)) throw new HadNoEffect(error);
    if (isCommitting && isConnectionLost(error)) throw outcomeUnknown(error, counters);
    if (!isCommitting && failure !== undefined && isCausedBy(error, failure)) throw new HadNoEffect(error);
    throw error;
  } finally {
    connection.statementTimeoutMs = undefined;
    node.pool.give(connection);
  }
}

/** Whether an error is the fault of the server, so that another attempt may succeed. */
const isOfServer = (error: unknown, { readOnly }: TxOptions): boolean =>
  isConnectionLost(error) || isRefusedByRole(error) || (readOnly === true && isRecoveryConflict(error));

async function rollBack(connection: PooledConnection): Promise<void> {
  if (connection.lost) return;
  await sendCommand(connection, 'rollback').catch(() => {
    connection.isSpoilt = true;
  });
}

const refuseToBegin = (error: unknown): never => {
  throw markOfDatabase(error);
};

/** The work may have wrapped what the server did to it; what it threw of its own is not ours to try again. */
function isCausedBy(error: unknown, failure: unknown): boolean {
  for (let one = error; one !== undefined; one = one instanceof Error ? one.cause : undefined) {
    if (one === failure) return true;
  }
  return false;
}
