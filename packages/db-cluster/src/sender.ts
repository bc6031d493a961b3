import pg from 'pg';
import type { PooledConnection } from './pool.ts';
import type { StatementMetrics } from './metrics.ts';
import type { Node } from './node.ts';
import { codeOf, isAnswer, StatementTimeoutError } from './errors.ts';
import type { KnownStatement } from './statement.ts';
import type { TenantSessions } from './tenant-scope.ts';
import { asError } from './waiting-line.ts';

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
  /** Takes a connection of the node, for one statement in the scope of the caller. Give it back to `node.pool`. */
  readonly checkOut: (node: Node, signal: AbortSignal | undefined) => Promise<PooledConnection>;
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
  /** Takes a connection, runs one statement and gives it back. */
  readonly runAlone: (node: Node, outgoing: Outgoing, options: QueryOptions | undefined) => Promise<object[]>;
}

/** `tenantSessions` is absent where sessions are the owner's, whoever asks. */
export function createSender(metrics: StatementMetrics, tenantSessions: TenantSessions | undefined): Sender {
  const take = async (node: Node, signal: AbortSignal | undefined): Promise<PooledConnection> => {
    const idle = node.pool.takeIdle(tenantSessions?.fits);
    if (!idle) return waitFor(node, signal);
    metrics.waited(node, 0);
    return idle;
  };

  const checkOut: Sender['checkOut'] = async (node, signal) => {
    const connection = await take(node, signal);
    const change = tenantSessions?.switchOf(connection);
    if (!change) return connection;
    try {
      await connection.client.query(change.text);
      connection.tenantId = change.tenantId;
      return connection;
    } catch (error) {
      // Half way between two tenants it is nobody's.
      connection.isSpoilt = true;
      node.pool.give(connection);
      throw error;
    }
  };

  const waitFor = async (node: Node, signal: AbortSignal | undefined): Promise<PooledConnection> => {
    const startedAtMs = performance.now();
    try {
      return await node.pool.take(signal);
    } finally {
      metrics.waited(node, performance.now() - startedAtMs);
    }
  };

  const run: Sender['run'] = async (node, connection, outgoing, options) => {
    const startedAtMs = performance.now();
    let failed = true;
    try {
      const rows = isLimited(options)
        ? await sendLimited(node, connection, outgoing, options)
        : await send(connection, outgoing);
      failed = false;
      return rows;
    } catch (error) {
      connection.isSpoilt ||= !isAnswer(error);
      // An error of the driver leads back to its socket; this leads back to the caller.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    } finally {
      metrics.ran(node, outgoing.known, performance.now() - startedAtMs, failed);
    }
  };

  return {
    checkOut,
    checkOutForTx: async (node, signal) => {
      const connection = await take(node, signal);
      return { connection, begin: tenantSessions?.beginOf(connection) ?? [] };
    },
    run,
    runAlone: async (node, outgoing, options) => {
      options?.signal?.throwIfAborted();
      const connection = await checkOut(node, options?.signal);
      try {
        return await run(node, connection, outgoing, options);
      } finally {
        node.pool.give(connection);
      }
    },
  };
}

/** One statement by pg's own query object: a promise of pg's would cost as much again as the rest of the router. */
function send({ client }: PooledConnection, { known, values }: Outgoing): Promise<object[]> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query<object, unknown[]>(
      // pg only reads the values.
      { text: known.text, values: values as unknown[], name: known.preparedName },
      (error, result) => (error ? reject(error) : resolve(result.rows)),
    );
    client.query(query);
  });
}

type Limits = Pick<QueryOptions, 'timeoutMs' | 'signal'>;

const isLimited = (options: QueryOptions | undefined): options is QueryOptions =>
  options !== undefined && (options.timeoutMs !== undefined || options.signal !== undefined);

/** A server that does not cancel within this time is left alone, and the connection with it. */
const CANCEL_WITHIN_MS = 2_000;

async function sendLimited(
  node: Node,
  connection: PooledConnection,
  outgoing: Outgoing,
  { timeoutMs, signal }: Limits,
): Promise<object[]> {
  signal?.throwIfAborted();
  let reason: Error | undefined;
  let graceTimer: NodeJS.Timeout | undefined;
  const { processID } = connection.client as unknown as { readonly processID: number }; // pg's types leave it out
  const stop = (why: Error): void => {
    if (reason) return;
    reason = why;
    graceTimer = setTimeout(() => connection.client.connection.stream.destroy(), CANCEL_WITHIN_MS);
    void node.cancel(processID);
  };
  const onAbort = (): void => stop(asError(signal?.reason));
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop(new StatementTimeoutError(`took longer than ${timeoutMs} ms`)), timeoutMs);
  try {
    return await send(connection, outgoing);
  } catch (error) {
    if (reason && (codeOf(error) === '57014' || !isAnswer(error))) throw reason;
    throw error;
  } finally {
    // The cancellation may arrive late and hit the statement that comes next.
    connection.isSpoilt ||= reason !== undefined;
    clearTimeout(timer);
    clearTimeout(graceTimer);
    signal?.removeEventListener('abort', onAbort);
  }
}
