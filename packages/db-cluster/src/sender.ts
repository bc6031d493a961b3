import pg from 'pg';
import type { PooledConnection } from './pool.ts';
import type { StatementMetrics } from './metrics.ts';
import type { Node } from './node.ts';
import { codeOf, isAnswer, StatementTimeoutError } from './errors.ts';
import type { KnownStatement } from './statement.ts';
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

/** A session that `prepareSession` may adjust before statements run in it. */
export interface SessionConnection {
  /** What the hook has made of this session; empty when it is new. Kept as long as the session. */
  readonly state: Map<string, string>;
  /** Runs a statement or several, such as `set role …`; a failure refuses the statement that was to come. */
  readonly run: (text: string) => Promise<void>;
}

/** Adjusts a session before a statement or a transaction runs in it. Undefined means that there is nothing to do, and costs nothing. */
export type PrepareSession = (connection: SessionConnection) => Promise<void> | undefined;

export interface Sender {
  /** Takes a connection of the node, prepared for use. Give it back to `node.pool`. */
  readonly checkOut: (node: Node, signal: AbortSignal | undefined) => Promise<PooledConnection>;
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

export function createSender(metrics: StatementMetrics, prepareSession: PrepareSession | undefined): Sender {
  const prepare = prepareSession && sessionPreparer(prepareSession);

  const checkOut: Sender['checkOut'] = async (node, signal) => {
    const idle = node.pool.takeIdle();
    if (idle) metrics.waited(node, 0);
    const connection = idle ?? (await waitFor(node, signal));
    try {
      const preparing = prepare?.(connection);
      if (preparing) await preparing;
    } catch (error) {
      // Half prepared, it could give the next caller another's rights.
      connection.isSpoilt = true;
      node.pool.give(connection);
      throw error;
    }
    return connection;
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

function sessionPreparer(prepareSession: PrepareSession) {
  return (connection: PooledConnection): Promise<void> | undefined =>
    prepareSession({
      state: connection.session,
      run: async (text) => {
        await connection.client.query(text);
      },
    });
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
