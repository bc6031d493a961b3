import { Gauge, Histogram, type Registry } from '@soc/monitoring';
import { decodeConsistencyToken, encodeConsistencyToken, type Lsn, parseLsn } from './lsn.ts';
import {
  createPool,
  createStatementNamer,
  isDatabaseUnavailable,
  isRecoveryConflict,
  type Pool,
  type PoolClient,
  type Queryable,
} from './pool.ts';
import { chooseReplica, createReplica, probeReplica, type ReplicaState } from './replica.ts';
import type { SqlStatement } from './sql.ts';
import { runTransaction, type Tx } from './transaction.ts';

export interface DbClusterOptions {
  readonly primaryUrl: string;
  readonly replicaUrls: readonly string[];
  /** Connections per server; default 8. */
  readonly poolSize?: number;
  readonly applicationName: string;
  /** A replica further behind than this serves no reads; default 16 MiB. */
  readonly maxLagBytes?: number;
  /** How often replicas are asked how far they are; default 1,000 ms. */
  readonly probeEveryMs?: number;
  /** Default 30,000 ms. */
  readonly statementTimeoutMs?: number;
  readonly registry: Registry;
  /** Told about pool errors of idle connections. */
  readonly onError: (error: Error) => void;
}

/** A PostgreSQL primary with its replicas. The caller chooses where a statement goes; nothing is guessed from its text. */
export interface DbCluster {
  /** A replica within the lag bound, the primary when there is none. The answer may be a moment old. */
  readonly read: Queryable;
  /** A replica that has replayed the write the token stands for, or the primary. Without a token the same as `read`. */
  readonly readYourWrites: (token: string | undefined) => Queryable;
  readonly write: Queryable;
  /** One transaction on the primary; commits when `work` resolves, rolls back when it throws. */
  readonly tx: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** The same choice in one call: `readOnly` true is `read`, false is `write`. */
  readonly withConnection: <T>(
    options: { readonly readOnly: boolean },
    work: (connection: Queryable) => Promise<T>,
  ) => Promise<T>;
  /** Covers every write this process has committed; undefined when it has written nothing. */
  readonly consistencyToken: () => Promise<string | undefined>;
  /** Facts for a health check; throws when the primary does not answer. */
  readonly check: () => Promise<{
    readonly replicas: number;
    readonly replicasUsable: number;
    readonly lagBytes: number | null;
  }>;
  readonly close: () => Promise<void>;
}

const DEFAULTS = { poolSize: 8, maxLagBytes: 16 * 1024 * 1024, probeEveryMs: 1_000, statementTimeoutMs: 30_000 };

/** Opens the pools; connections are made when first needed. */
export function createDbCluster(options: DbClusterOptions): DbCluster {
  const settings = { ...DEFAULTS, ...options };
  const poolOptions = (url: string) => ({
    url,
    sizeConnections: settings.poolSize,
    applicationName: settings.applicationName,
    statementTimeoutMs: settings.statementTimeoutMs,
  });
  const primary = createPool(poolOptions(options.primaryUrl));
  const replicas = options.replicaUrls.map((url) => createReplica(poolOptions(url)));
  for (const pool of [primary, ...replicas.map((replica) => replica.pool)]) pool.on('error', options.onError);
  const send = createSender(options.registry);
  observePools(options.registry, primary, replicas);
  const prober = startProbing(primary, replicas, settings.probeEveryMs);
  const writes = trackWrites(primary);

  const write: Queryable = {
    query: async <Row extends object>(statement: SqlStatement) => {
      try {
        // The caller names the row type it selected.
        return (await send('primary', primary, statement)) as Row[];
      } finally {
        writes.ended();
      }
    },
  };
  const reader = (atLeast?: Lsn): Queryable => ({
    query: async <Row extends object>(statement: SqlStatement) => {
      const replica = chooseReplica(replicas, { maxLagBytes: settings.maxLagBytes, atLeast });
      // The caller names the row type it selected.
      return (
        replica ? await readFrom(replica, primary, statement, send) : await send('primary', primary, statement)
      ) as Row[];
    },
  });
  const read = reader();

  return {
    read,
    write,
    readYourWrites: (token) => (token === undefined ? read : reader(decodeConsistencyToken(token))),
    tx: async (work) => {
      const { result, lsn, effects } = await runTransaction(
        primary,
        (client, statement) => send('primary', client, statement),
        work,
      );
      writes.committed(lsn);
      for (const effect of effects) effect();
      return result;
    },
    withConnection: ({ readOnly }, work) => work(readOnly ? read : write),
    consistencyToken: writes.token,
    check: async () => {
      await primary.query('select 1');
      const usable = replicas.filter((replica) => replica.usable);
      const lagBytes = usable.length === 0 ? null : Math.max(...usable.map((replica) => replica.lagBytes));
      return { replicas: replicas.length, replicasUsable: usable.length, lagBytes };
    },
    close: async () => {
      await prober.stop();
      await Promise.all([primary.end(), ...replicas.map((replica) => replica.pool.end())]);
    },
  };
}

type Send = (role: 'primary' | 'replica', to: Pool | PoolClient, statement: SqlStatement) => Promise<object[]>;

function createSender(registry: Registry): Send {
  const named = createStatementNamer();
  const duration = new Histogram({
    name: 'soc_db_query_duration_seconds',
    help: 'Duration of statements, waiting for a connection included.',
    labelNames: ['role'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  return async (role, to, statement) => {
    const startedAt = performance.now();
    try {
      const { rows } = await to.query<object>(named(statement));
      return rows;
    } finally {
      duration.observe({ role }, (performance.now() - startedAt) / 1000);
    }
  };
}

/** A replica that drops out in the middle of a read, or cancels it to replay on, is passed over: the primary answers. */
async function readFrom(replica: ReplicaState, primary: Pool, statement: SqlStatement, send: Send): Promise<object[]> {
  replica.inFlight += 1;
  try {
    return await send('replica', replica.pool, statement);
  } catch (error) {
    const isGone = isDatabaseUnavailable(error);
    if (!isGone && !isRecoveryConflict(error)) throw error;
    if (isGone) replica.usable = false;
    return await send('primary', primary, statement);
  } finally {
    replica.inFlight -= 1;
  }
}

function startProbing(
  primary: Pool,
  replicas: readonly ReplicaState[],
  everyMs: number,
): { stop: () => Promise<void> } {
  if (replicas.length === 0) return { stop: () => Promise.resolve() };
  const probe = async (): Promise<void> => {
    const lsn = await currentLsn(primary).catch(() => undefined);
    await Promise.all(replicas.map((replica) => probeReplica(replica, lsn ?? replica.replayedLsn)));
  };
  let running = probe();
  const timer = setInterval(() => {
    running = running.then(probe);
  }, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function currentLsn(primary: Pool): Promise<Lsn | undefined> {
  const { rows } = await primary.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  return parseLsn(rows[0]?.lsn ?? '');
}

function trackWrites(primary: Pool) {
  let latest: Lsn | undefined;
  /** Writes whose position is not known, and how many of them `latest` covers. */
  let unknown = 0;
  let covered = 0;
  const raise = (lsn: Lsn | undefined): void => {
    if (lsn !== undefined && (latest === undefined || lsn > latest)) latest = lsn;
  };
  const ended = (): void => {
    unknown += 1;
  };
  return {
    ended,
    committed: (lsn: Lsn | undefined): void => (lsn === undefined ? ended() : raise(lsn)),
    token: async (): Promise<string | undefined> => {
      const seen = unknown;
      if (covered < seen) {
        // Only writes that ended before the question are covered by its answer; others may end meanwhile.
        raise(await currentLsn(primary));
        covered = Math.max(covered, seen);
      }
      return latest === undefined ? undefined : encodeConsistencyToken(latest);
    },
  };
}

function observePools(registry: Registry, primary: Pool, replicas: readonly ReplicaState[]): void {
  const connections = new Gauge({
    name: 'soc_db_pool_connections',
    help: 'Connections by server and state.',
    labelNames: ['server', 'state'],
    registers: [registry],
    collect: () => {
      [primary, ...replicas.map((replica) => replica.pool)].forEach((pool, index) => {
        const server = index === 0 ? 'primary' : `replica-${index}`;
        connections.set({ server, state: 'idle' }, pool.idleCount);
        connections.set({ server, state: 'busy' }, pool.totalCount - pool.idleCount);
        connections.set({ server, state: 'waiting' }, pool.waitingCount);
      });
    },
  });
  const lag = new Gauge({
    name: 'soc_db_replica_lag_bytes',
    help: 'Log bytes a replica has not replayed yet; -1 when it is not usable.',
    labelNames: ['server'],
    registers: [registry],
    collect: () => {
      replicas.forEach((replica, index) => {
        lag.set({ server: `replica-${index + 1}` }, replica.usable ? replica.lagBytes : -1);
      });
    },
  });
}
