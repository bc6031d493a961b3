import type { OperationSource } from '@soc/monitoring';
import { type DbClusterOptions, settingsOf } from './cluster-options.ts';
import { type ClusterFacts, checkCluster } from './health.ts';
import { createListener, type Listening, type NotificationHandler } from './listen.ts';
import { covering, type LogPosition } from './lsn.ts';
import { createRouterCounters, createStatementMetrics, observeCluster } from './metrics.ts';
import { refusalOf } from './patience.ts';
import type { Queryable } from './queryable.ts';
import { createReadRouter } from './read-router.ts';
import { createRoles, type RolesContext } from './roles.ts';
import { createSender } from './sender.ts';
import { openServers } from './servers.ts';
import { createStatementBook } from './statement.ts';
import { createStatementLog } from './statement-log.ts';
import { createTenantSessions } from './tenant-scope.ts';
import { createTokenCodec } from './token.ts';
import { POSITION, positionOf, type PositionRow, type Tx, type TxOptions } from './transaction.ts';
import { createWriteRouter, type WriteOptions } from './write-router.ts';
import { trackWritten } from './written.ts';

/** A cluster just opened has asked nobody yet. */
const FIND_PRIMARY_WITHIN_MS = 500;

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
  /**
   * Calls `handler` for every NOTIFY on the channel, on a connection of its own with the primary that follows failovers, and
   * with undefined whenever listening begins (again): something may have been missed.
   */
  readonly listen: (channel: string, handler: NotificationHandler) => Listening;
  /** Facts for a health check; throws when no server answers. */
  readonly check: () => Promise<ClusterFacts>;
  /** Tells where writes go; rejects with the reason when that is nowhere, half a second after being asked. */
  readonly checkWrites: () => Promise<{ readonly primary: string }>;
  /** How its statements do and which were slow, for a performance monitor to tell. */
  readonly statements: OperationSource;
  readonly close: () => Promise<void>;
}

/** Opens the cluster; the servers are asked at once what they are, and connections are made when first needed. */
export function createDbCluster(options: DbClusterOptions): DbCluster {
  const settings = settingsOf(options);
  const { registry, tenantRole } = settings;
  const { nodes, watch } = openServers(settings);
  observeCluster(registry, nodes, watch);
  const statements = createStatementLog(nodes, settings.slowStatementMs);
  const metrics = createStatementMetrics(registry, statements);
  const sender = createSender(metrics, tenantRole === undefined ? undefined : createTenantSessions(tenantRole));
  const counters = createRouterCounters(registry);
  const reader = createReadRouter(watch, counters, settings);
  const writer = createWriteRouter(watch, sender, counters, settings.failoverWaitMs);
  const listener = createListener(watch, { ...settings, connectTimeoutMs: settings.connectionWaitMs });

  const { encode, decode } = createTokenCodec(settings.tokenKeys);
  const knownOf = createStatementBook();
  const outgoing: RolesContext['outgoing'] = (statement, asked) => ({
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
  const encoded = (position: LogPosition | undefined): string | undefined => position && encode(position);

  const { readAt, write, tx } = createRoles({ reader, writer, sender, counters, written, outgoing, encode, decode });
  const read = readAt(undefined);
  return {
    read,
    write,
    readYourWrites: (token) => (token === undefined ? read : readAt(token)),
    tx,
    withConnection: ({ readOnly }, work) => work(readOnly ? read : write),
    consistencyToken: async (carried) => {
      const asked = carried === undefined ? undefined : decode(carried);
      return encoded(covering(await written.position(), asked));
    },
    committedToken: () => encoded(written.committedPosition()),
    check: () => checkCluster(nodes, watch),
    checkWrites: async () => {
      await watch.until(({ primary }) => primary !== undefined, performance.now() + FIND_PRIMARY_WITHIN_MS);
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
