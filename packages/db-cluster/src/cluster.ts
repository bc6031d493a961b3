import type { OperationSource, Registry } from '@soc/monitoring';
import { type ClusterFacts, checkCluster } from './health.ts';
import { createListener, type Listening, type NotificationHandler } from './listen.ts';
import { covering, type LogPosition } from './lsn.ts';
import { createRouterCounters, createStatementMetrics, observeCluster } from './metrics.ts';
import { createNode, type Node } from './node.ts';
import { refusalOf } from './patience.ts';
import type { Queryable } from './queryable.ts';
import { createReadRouter } from './read-router.ts';
import { createSender, type Outgoing, type QueryOptions } from './sender.ts';
import type { SqlStatement } from './sql.ts';
import { createStatementBook } from './statement.ts';
import { createStatementLog } from './statement-log.ts';
import { asSystem, createTenantSessions } from './tenant-scope.ts';
import { createTokenCodec } from './token.ts';
import { watchTopology } from './topology-watch.ts';
import { attemptTransaction, POSITION, positionOf, type PositionRow, type Tx, type TxOptions } from './transaction.ts';
import { createWriteRouter, type WriteOptions } from './write-router.ts';
import { trackWritten } from './written.ts';

export interface DbClusterOptions {
  /** A server; which of them is the primary is learnt from the servers, and followed when it changes. */
  readonly primaryUrl: string;
  /** The other servers. */
  readonly replicaUrls: readonly string[];
  /** Connections with the primary; default 8. */
  readonly poolSize?: number;
  /** Connections with each replica; default that of the primary. */
  readonly replicaPoolSize?: number;
  readonly applicationName: string;
  /** A replica further behind than this serves no reads; default 16 MiB. */
  readonly maxLagBytes?: number;
  /** The same in seconds; default 10. */
  readonly maxLagS?: number;
  /** How often servers are asked what they are and how far; default 1,000 ms. */
  readonly probeEveryMs?: number;
  /** A server that does not answer a probe within this time is not used; default 3,000 ms. */
  readonly probeTimeoutMs?: number;
  /** Default 30,000 ms. */
  readonly statementTimeoutMs?: number;
  /** Longest a caller waits for a free connection; default 5,000 ms. */
  readonly connectionWaitMs?: number;
  /** Longest a call waits for a failover to end and tries again; default 5,000 ms. */
  readonly failoverWaitMs?: number;
  /** Longest a read waits for a replica to replay what its token stands for; default 100 ms. */
  readonly causalWaitMs?: number;
  /** A statement that takes this long is remembered; default 500 ms. */
  readonly slowStatementMs?: number;
  /** Keys of consistency tokens, 32 bytes or more each: the first signs, all are believed. Made up when absent. */
  readonly tokenKeys?: readonly Buffer[];
  /** PEM file of the authority that certificates of servers must come from, with `sslmode=verify-full` in the URLs. */
  readonly caFile?: string | undefined;
  /** The role that statements run as within `inTenant`, which the login role may become. Without one, scopes have no effect. */
  readonly tenantRole?: string;
  readonly registry: Registry;
  /** Told about connections that were lost while idle. */
  readonly onError: (error: Error) => void;
}

/** The servers of one PostgreSQL cluster. The caller chooses where a statement goes; nothing is guessed from its text. */
export interface DbCluster {
  /** The least loaded replica within the lag bounds, the primary when there is none. The answer may be a moment old. */
  readonly read: Queryable;
  /**
   * A server that has the write the token stands for. Without a token the same as `read`. Throws
   * `InvalidConsistencyTokenError`, at once or from `query`.
   */
  readonly readYourWrites: (token: string | undefined) => Queryable;
  /**
   * One statement on the primary. Sent again after a failure only when it had no effect; otherwise throws
   * `CommitOutcomeUnknownError`. Throws `NotCommittedError` and its kin when there is no time left.
   */
  readonly write: Queryable<WriteOptions>;
  /**
   * One transaction on the primary; commits when `work` resolves, rolls back when it throws. `work` runs again, from the
   * start, when the server failed before it was asked to commit: what it does outside the transaction belongs into
   * `afterCommit`. A failure after that throws `CommitOutcomeUnknownError`.
   */
  readonly tx: <T>(work: (tx: Tx) => Promise<T>, options?: TxOptions) => Promise<T>;
  /** The same choice in one call: `readOnly` true is `read`, false is `write`. */
  readonly withConnection: <T>(
    options: { readonly readOnly: boolean },
    work: (connection: Queryable) => Promise<T>,
  ) => Promise<T>;
  /**
   * Covers every write this process has committed, and what the token that came with the request stands for: a client may
   * replace the one it has with it. Undefined when there is neither. Throws `InvalidConsistencyTokenError`.
   */
  readonly consistencyToken: (carried?: string) => Promise<string | undefined>;
  /** Covers every `tx` this process has committed, without asking the server; undefined when there was none. */
  readonly committedToken: () => string | undefined;
  /** Covers all that anybody has committed by now. */
  readonly currentToken: () => Promise<string>;
  /**
   * Calls `handler` for every NOTIFY on the channel, on a connection of its own with the primary that follows failovers, and
   * with undefined whenever listening begins (again): something may have been missed.
   */
  readonly listen: (channel: string, handler: NotificationHandler) => Listening;
  /** Facts for a health check; throws when no server answers. */
  readonly check: () => Promise<ClusterFacts>;
  /** Throws with the reason while nothing can be written; otherwise tells where writes go. */
  readonly checkWrites: () => { readonly primary: string };
  /** How its statements do and which were slow, for a performance monitor to tell. */
  readonly statements: OperationSource;
  readonly close: () => Promise<void>;
}

const DEFAULTS = {
  poolSize: 8,
  maxLagBytes: 16 * 1024 * 1024,
  maxLagS: 10,
  probeEveryMs: 1_000,
  probeTimeoutMs: 3_000,
  statementTimeoutMs: 30_000,
  connectionWaitMs: 5_000,
  failoverWaitMs: 5_000,
  causalWaitMs: 100,
  slowStatementMs: 500,
};
type Settings = DbClusterOptions & typeof DEFAULTS;

const IDLE_TIMEOUT_MS = 30_000;
/** A connection that is busy for this much longer than a statement may take will not answer any more. */
const BEYOND_TIMEOUT_MS = 10_000;

/** Opens the cluster; the servers are asked at once what they are, and connections are made when first needed. */
export function createDbCluster(options: DbClusterOptions): DbCluster {
  const settings: Settings = { ...DEFAULTS, ...definedOf(options) };
  const nodes = [...new Set([settings.primaryUrl, ...settings.replicaUrls])].map((url) =>
    createNode({
      ...settings,
      url,
      primarySize: settings.poolSize,
      replicaSize: settings.replicaPoolSize ?? settings.poolSize,
      connectTimeoutMs: settings.connectionWaitMs,
      waitMs: settings.connectionWaitMs,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      onIdleLost: settings.onError,
      onDoubt: () => void watch.relearn(),
      onFacts: () => watch.look(),
    }),
  );
  const watch = watchTopology(nodes, settings.probeEveryMs, (nowMs) => sweep(nodes, settings, nowMs));
  const counters = createRouterCounters(settings.registry);
  observeCluster(settings.registry, nodes, watch);
  const statements = createStatementLog(nodes, settings.slowStatementMs);
  const sender = createSender(
    createStatementMetrics(settings.registry, statements),
    settings.tenantRole === undefined ? undefined : createTenantSessions(settings.tenantRole),
  );
  const reader = createReadRouter(watch, counters, settings);
  const writer = createWriteRouter(watch, sender, counters, settings.failoverWaitMs);

  const listener = createListener(watch, { ...settings, connectTimeoutMs: settings.connectionWaitMs });
  const tokens = createTokenCodec(settings.tokenKeys);
  const knownOf = createStatementBook();
  const outgoing = (statement: SqlStatement, asked?: QueryOptions): Outgoing => ({
    known: knownOf(statement, asked?.name),
    values: statement.values,
  });
  const askPosition = async (): Promise<LogPosition> => {
    const rows = await writer.write(outgoing({ text: POSITION, values: [] }), { idempotent: true });
    const position = positionOf(rows[0] as PositionRow | undefined); // what POSITION selects
    if (!position) throw new Error('the primary did not tell its position in the log');
    return position;
  };
  const written = trackWritten(askPosition);

  const readAt = (token: string | undefined): Queryable => {
    const atLeast = token === undefined ? undefined : tokens.decode(token);
    return {
      query: <Row extends object>(statement: SqlStatement, asked?: QueryOptions) => {
        const sent = outgoing(statement, asked);
        // The caller names the row type it selected.
        return reader.onReader(atLeast, (node) => {
          asked?.signal?.throwIfAborted();
          const taken = sender.checkOut(node, asked?.signal);
          return taken instanceof Promise
            ? taken.then((connection) => sender.runAndGive(node, connection, sent, asked))
            : sender.runAndGive(node, taken, sent, asked);
        }) as Promise<Row[]>;
      },
    };
  };
  const read = readAt(undefined);
  const write: DbCluster['write'] = {
    query: async <Row extends object>(statement: SqlStatement, asked?: WriteOptions) => {
      try {
        // The caller names the row type it selected.
        return (await writer.write(outgoing(statement, asked), asked)) as Row[];
      } finally {
        if (!asked?.untracked) written.ended();
      }
    },
  };

  return {
    read,
    write,
    readYourWrites: (token) => (token === undefined ? read : readAt(token)),
    tx: async (work, asked = {}) => {
      const attempt = (node: Node) => attemptTransaction({ sender, counters, outgoing }, node, work, asked);
      const { result, position, effects } = asked.readOnly
        ? await reader.onReader(asked.token === undefined ? undefined : tokens.decode(asked.token), attempt)
        : await writer.onPrimary('tx', attempt);
      if (!asked.readOnly) written.committed(position);
      // What a commit sets in motion outlives the request that committed, and serves others too.
      for (const effect of effects) asSystem(effect);
      return result;
    },
    withConnection: ({ readOnly }, work) => work(readOnly ? read : write),
    consistencyToken: async (carried) => {
      const asked = carried === undefined ? undefined : tokens.decode(carried);
      const position = covering(await written.position(), asked);
      return position && tokens.encode(position);
    },
    committedToken: () => {
      const position = written.committedPosition();
      return position && tokens.encode(position);
    },
    currentToken: async () => tokens.encode(await askPosition()),
    check: () => checkCluster(nodes, watch),
    checkWrites: () => {
      const view = watch.view();
      if (!view.primary) throw refusalOf(view);
      return { primary: view.primary.name };
    },
    listen: listener.listen,
    statements,
    close: async () => {
      listener.close();
      watch.stop();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

/** An option given as undefined counts as not given. */
const definedOf = (options: DbClusterOptions): DbClusterOptions =>
  // Only keys without a value are left out, and those that must be there have one.
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as DbClusterOptions;

function sweep(nodes: readonly Node[], { statementTimeoutMs, probeTimeoutMs }: Settings, nowMs: number): void {
  for (const node of nodes) {
    const isSilent = node.facts() === undefined && nowMs - node.answeredAtMs() > probeTimeoutMs * 2;
    const patienceMs = isSilent ? probeTimeoutMs : statementTimeoutMs + BEYOND_TIMEOUT_MS;
    node.pool.sweep(nowMs, (busyForMs) => busyForMs > patienceMs);
  }
}
