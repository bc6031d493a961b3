import { currentSpan, errorCodeOf, type Span } from '@soc/tracing';
import pg from 'pg';
import { isAnswer, markOfDatabase } from './errors.ts';
import { sendLimited } from './limited.ts';
import type { StatementMetrics } from './metrics.ts';
import type { Node } from './node.ts';
import { beginStatement, sendCommand, endStatement, type PooledConnection } from './pool.ts';
import type { KnownStatement } from './statement.ts';
import type { TenantSessions } from './tenant-scope.ts';

/** What a single statement may ask for. */
export interface QueryOptions {
  /** Longest the statement may take, waiting for a connection excluded; the cluster's `statementTimeoutMs` by default and at most. */
  readonly timeoutMs?: number;
  /** Cancels the statement on the server; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Name in metrics and among the slow statements: one of a bounded set, never with values in it. Derived by default. */
  readonly name?: string;
}

/** A statement on its way: its text as it is known, and its values. */
export interface Outgoing {
  readonly known: KnownStatement;
  readonly values: readonly unknown[];
}

export interface Sender {
  /**
   * Takes a connection of the node, for one statement in the scope of the caller: at once where one is idle and in that
   * scope, since a promise that is not needed is what a router would cost most. Give it back to `node.pool`.
   */
  readonly checkOut: (node: Node, signal: AbortSignal | undefined) => PooledConnection | Promise<PooledConnection>;
  /** The same for a transaction, which enters the scope by what it sends with its `begin`. */
  readonly checkOutForTx: (
    node: Node,
    signal: AbortSignal | undefined,
  ) => Promise<{ readonly connection: PooledConnection; readonly begin: readonly string[] }>;
  /** Runs one statement on a connection that is checked out. */
  readonly run: (
    node: Node,
    connection: PooledConnection,
    outgoing: Outgoing,
    options: QueryOptions | undefined,
  ) => Promise<object[]>;
  /** The same, and gives the connection back. */
  readonly runAndGive: Sender['run'];
}

/** `tenantSessions` is absent where sessions are the owner's, whoever asks. */
export function createSender(metrics: StatementMetrics, tenantSessions: TenantSessions | undefined): Sender {
  const take = (node: Node, signal: AbortSignal | undefined): PooledConnection | Promise<PooledConnection> => {
    const idle = node.pool.takeIdle(tenantSessions?.fits);
    if (!idle) return waitFor(node, signal);
    metrics.waited(node, 0);
    return idle;
  };

  const waitFor = (node: Node, signal: AbortSignal | undefined): Promise<PooledConnection> => {
    const startedAtMs = performance.now();
    return node.pool.take(signal).then(
      (connection) => {
        metrics.waited(node, connection.sinceMs - startedAtMs);
        return connection;
      },
      (error: unknown) => {
        metrics.waited(node, performance.now() - startedAtMs);
        throw error;
      },
    );
  };

  const enter = (node: Node, connection: PooledConnection): PooledConnection | Promise<PooledConnection> => {
    const change = tenantSessions?.switchOf(connection);
    return change ? enterScope(node, connection, change) : connection;
  };

  const checkOut: Sender['checkOut'] = (node, signal) => {
    const taken = take(node, signal);
    if (!(taken instanceof Promise)) return enter(node, taken);
    // The scope follows the caller into the callback.
    return tenantSessions ? taken.then((connection) => enter(node, connection)) : taken;
  };

  const run: Sender['run'] = (node, connection, outgoing, options) => {
    const startedAtMs = performance.now();
    const span = spanOf(node, outgoing.known);
    const begin = (done: (error: unknown) => void): Promise<object[]> => {
      beginStatement(connection, startedAtMs);
      return send(connection, outgoing, done);
    };
    const ended = (error: unknown): void => {
      const nowMs = performance.now();
      endStatement(connection, nowMs);
      metrics.ran(node, outgoing.known, nowMs - startedAtMs, error !== undefined);
      span?.end(failureOf(error));
      spoilBy(connection, error);
    };
    return isLimited(options) ? sendLimited(node, connection, begin, options, ended) : begin(ended);
  };

  return {
    checkOut,
    checkOutForTx: async (node, signal) => {
      const connection = await take(node, signal);
      return { connection, begin: tenantSessions?.beginOf(connection) ?? [] };
    },
    run,
    runAndGive: (node, connection, outgoing, options) => {
      if (isLimited(options)) {
        return run(node, connection, outgoing, options).finally(() => node.pool.give(connection));
      }
      const startedAtMs = connection.sinceMs;
      const span = spanOf(node, outgoing.known);
      beginStatement(connection, startedAtMs);
      return send(connection, outgoing, (error) => {
        const nowMs = performance.now();
        metrics.ran(node, outgoing.known, nowMs - startedAtMs, error !== undefined);
        span?.end(failureOf(error));
        endStatement(connection, nowMs);
        spoilBy(connection, error);
        node.pool.give(connection, nowMs);
      });
    },
  };
}

/** The statement as a part of what sends it, where that is recorded: by its name, without text or values. */
const spanOf = (node: Node, { label }: KnownStatement): Span | undefined =>
  currentSpan()?.start(label, {
    kind: 'client',
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': label, 'soc.db.role': node.facts()?.role },
  });

const failureOf = (error: unknown): string | undefined => (error === undefined ? undefined : errorCodeOf(error));

/** What may be left in a session by a statement that ended like that must not reach the next caller. */
function spoilBy(connection: PooledConnection, error: unknown): void {
  connection.isSpoilt ||= connection.isUnreplicated || (error !== undefined && !isAnswer(error));
}

async function enterScope(
  node: Node,
  connection: PooledConnection,
  { text, tenantId }: { readonly text: string; readonly tenantId: string },
): Promise<PooledConnection> {
  try {
    await sendCommand(connection, text);
    connection.tenantId = tenantId;
    return connection;
  } catch (error) {
    // Half way between two tenants it is nobody's.
    connection.isSpoilt = true;
    node.pool.give(connection);
    throw markOfDatabase(error);
  }
}

/**
 * One statement by pg's own query object: its promise would cost as much again as the rest of the router. `ended` is called
 * before the promise settles, with the error if there is one.
 */
function send(
  { client }: PooledConnection,
  { known, values }: Outgoing,
  ended: (error: Error | undefined) => void,
): Promise<object[]> {
  return new Promise((resolve, reject) => {
    client.query(
      new pg.Query<object, unknown[]>(
        // pg only reads the values.
        { text: known.text, values: values as unknown[], name: known.preparedName },
        // pg passes null where its types say undefined.
        (error, result) => {
          ended(error ?? undefined);
          if (error) reject(markOfDatabase(error));
          else resolve(result.rows);
        },
      ),
    );
  });
}

const isLimited = (options: QueryOptions | undefined): options is QueryOptions =>
  options !== undefined && (options.timeoutMs !== undefined || options.signal !== undefined);
