import { currentSpan, outsideSpans, traced } from '@soc/tracing';
import type { LogPosition } from './lsn.ts';
import type { RouterCounters } from './metrics.ts';
import type { Node } from './node.ts';
import type { Queryable } from './queryable.ts';
import type { ReadRouter } from './read-router.ts';
import type { Outgoing, QueryOptions, Sender } from './sender.ts';
import type { SqlStatement } from './sql.ts';
import { asSystem } from './tenant-scope.ts';
import { attemptTransaction, type Tx, type TxOptions } from './transaction.ts';
import { HadNoEffect, type WriteOptions, type WriteRouter } from './write-router.ts';
import type { Written } from './written.ts';

export interface RolesContext {
  readonly reader: ReadRouter;
  readonly writer: WriteRouter;
  readonly sender: Sender;
  readonly counters: RouterCounters;
  readonly written: Written;
  readonly outgoing: (statement: SqlStatement, asked?: QueryOptions) => Outgoing;
  readonly encode: (position: LogPosition) => string;
  /** Throws `InvalidConsistencyTokenError`. */
  readonly decode: (token: string) => LogPosition;
}

/** What a caller can ask a statement of: the roles of the cluster. */
export interface Roles {
  readonly readAt: (token: string | undefined) => Queryable;
  readonly write: Queryable<WriteOptions>;
  readonly tx: <T>(work: (tx: Tx) => Promise<T>, options?: TxOptions) => Promise<T>;
}

export function createRoles(context: RolesContext): Roles {
  const { reader, writer, sender, written, outgoing, decode } = context;
  const decoded = (token: string | undefined): LogPosition | undefined =>
    token === undefined ? undefined : decode(token);

  const readAt: Roles['readAt'] = (token) => {
    const atLeast = decoded(token);
    return {
      query: <Row extends object>(statement: SqlStatement, asked?: QueryOptions) => {
        const sent = outgoing(statement, asked);
        // The caller names the row type it selected.
        return reader.onReader(atLeast, (node) => runOn(sender, node, sent, asked)) as Promise<Row[]>;
      },
    };
  };
  const write: Roles['write'] = {
    query: async <Row extends object>(statement: SqlStatement, asked?: WriteOptions) => {
      try {
        // The caller names the row type it selected.
        return (await writer.write(outgoing(statement, asked), asked)) as Row[];
      } finally {
        if (!asked?.untracked) written.ended();
      }
    },
  };
  const transact: Roles['tx'] = async (work, asked = {}) => {
    const attempt = (node: Node) => attemptTransaction(context, node, work, asked);
    const { result, position, effects } = asked.readOnly
      ? // The work of a transaction may throw what only looks like an error of the server.
        await reader.onReader(decoded(asked.token), attempt, (error) => error instanceof HadNoEffect)
      : await writer.onPrimary('tx', attempt);
    if (!asked.readOnly) written.committed(position);
    // What a commit sets in motion outlives the request that committed, and serves others too.
    for (const effect of effects) asSystem(() => outsideSpans(effect));
    return result;
  };
  const tx: Roles['tx'] = (work, asked) =>
    currentSpan() ? traced('transaction', TRANSACTION, () => transact(work, asked)) : transact(work, asked);
  return { readAt, write, tx };
}

/** From the wait for a connection to the answer to the commit. */
const TRANSACTION = { kind: 'client', attributes: { 'db.system.name': 'postgresql' } } as const;

function runOn(sender: Sender, node: Node, sent: Outgoing, asked: QueryOptions | undefined): Promise<object[]> {
  asked?.signal?.throwIfAborted();
  const taken = sender.checkOut(node, asked?.signal);
  return taken instanceof Promise
    ? taken.then((connection) => sender.runAndGive(node, connection, sent, asked))
    : sender.runAndGive(node, taken, sent, asked);
}
