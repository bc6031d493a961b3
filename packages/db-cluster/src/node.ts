import { setTimeout as delay } from 'node:timers/promises';
import {
  closeConnection,
  type Connection,
  type ConnectionSettings,
  clientConfig,
  openConnection,
} from './connection.ts';
import { NodeChangedError } from './errors.ts';
import type { Lsn } from './lsn.ts';
import { nodeName } from './node-name.ts';
import { type ConnectionPool, createConnectionPool, type PoolOptions } from './pool.ts';
import { within } from './within.ts';
import { askFacts, askPlan, askReplayed, type NodeFacts } from './probe.ts';
import { asError } from './waiting-line.ts';

/** One server: what it is, and the sessions with it. */
export interface Node {
  /** Host and port; never with credentials. */
  readonly name: string;
  readonly url: string;
  readonly pool: ConnectionPool;
  /** What it said at its last probe; undefined while it does not answer. */
  readonly facts: () => NodeFacts | undefined;
  /** When it last answered, on the monotonic clock; 0 before. */
  readonly answeredAtMs: () => number;
  /** Asks the server anew; one probe at a time, and one that began before the call does not count. Never throws. */
  readonly probe: () => Promise<void>;
  /** Resolves true once the replica has replayed `lsn`, false when it has not within `withinMs` or cannot say. */
  readonly hasReplayed: (lsn: Lsn, withinMs: number) => Promise<boolean>;
  /** Asks the server to cancel what another session of the same role is doing. Never throws. */
  readonly cancel: (processId: number) => Promise<void>;
  /** How the server would run a statement whose values it does not know, or why it does not say. Runs nothing; never throws. */
  readonly explain: (text: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface NodeOptions extends Omit<PoolOptions, 'sizeConnections' | 'verify'> {
  readonly primarySize: number;
  readonly replicaSize: number;
  readonly probeTimeoutMs: number;
  /** The server has shown itself to be other than it was: it must be asked at once. */
  readonly onDoubt: () => void;
  /** Called after every probe that told something new. */
  readonly onFacts: () => void;
}

export function createNode(options: NodeOptions): Node {
  const { url, onDoubt, onFacts } = options;
  const name = nodeName(url);
  let facts: NodeFacts | undefined;
  let answeredAtMs = 0;

  const pool = createConnectionPool({
    ...options,
    sizeConnections: () => (facts?.role === 'replica' ? options.replicaSize : options.primarySize),
    verify: ({ isStandby }) => {
      if (facts === undefined || isStandby === undefined || isStandby === (facts.role === 'replica')) return undefined;
      onDoubt();
      return new NodeChangedError(`${name} is no longer the ${facts.role}`);
    },
  });
  const admin = createAdminSession(options, options.probeTimeoutMs, onDoubt);

  const learn = (next: NodeFacts | undefined): void => {
    const isSame =
      next?.role === facts?.role && next?.timeline === facts?.timeline && next?.instance === facts?.instance;
    const before = facts;
    facts = next;
    if (next) answeredAtMs = performance.now();
    // A replica's timeline is learnt late; its sessions go on. Everything else makes it another server.
    const isReplicaStill = before?.role === 'replica' && next?.role === 'replica' && before.instance === next.instance;
    if (!isSame && before && !isReplicaStill) pool.beginEpoch(`${name} ${describe(next)}`);
    onFacts();
  };

  const probeOnce = async (): Promise<void> => {
    learn(await admin.ask(askFacts).catch(() => undefined));
  };

  return {
    name,
    url,
    pool,
    facts: () => facts,
    answeredAtMs: () => answeredAtMs,
    probe: oneAtATime(probeOnce),
    hasReplayed: createReplayWait(async () => {
      const lsn = await admin.ask(askReplayed);
      if (lsn !== undefined && facts?.role === 'replica' && lsn > facts.lsn) learn({ ...facts, lsn });
      return lsn;
    }),
    cancel: async (processId) => {
      await admin.ask((client) => client.query('select pg_cancel_backend($1)', [processId])).catch(() => undefined);
    },
    explain: (text) =>
      admin.ask((client) => askPlan(client, text)).catch((error: unknown) => `no plan: ${asError(error).message}`),
    close: async () => {
      admin.close();
      await pool.close();
    },
  };
}

const describe = (facts: NodeFacts | undefined): string =>
  facts ? `is now the ${facts.role} on timeline ${facts.timeline}` : 'does not answer';

/** Callers that come while one run is under way share the next one. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return start();
    next ??= running.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}

/** A session apart from the pool, so that a busy pool does not keep a server from being asked. One question at a time. */
function createAdminSession(settings: ConnectionSettings, timeoutMs: number, onLost: () => void) {
  const config = clientConfig({ ...settings, statementTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs });
  let open: Connection | undefined;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<Connection> => {
    const connection = await openConnection(config, (lost) => {
      if (lost !== open) return;
      open = undefined;
      onLost();
    });
    if (closed || open) closeConnection(connection);
    else open = connection;
    return open ?? connection;
  };

  const askOnce = async <T>(question: (client: Connection['client']) => Promise<T>): Promise<T> => {
    if (closed) throw new NodeChangedError('the cluster is closed');
    const used = open ?? (await within(connect(), timeoutMs));
    try {
      return await within(question(used.client), timeoutMs);
    } catch (error) {
      if (open === used) open = undefined;
      closeConnection(used);
      throw error;
    }
  };

  return {
    ask: <T>(question: (client: Connection['client']) => Promise<T>): Promise<T> => {
      // The session may be the only thing that was wrong: one that is old gets a second chance as a new one.
      const attempt = async (): Promise<T> => {
        const isOld = open !== undefined;
        return askOnce(question).catch((error: unknown) => {
          if (!isOld || closed) throw error;
          return askOnce(question);
        });
      };
      const answer = last.then(attempt, attempt);
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => {
      closed = true;
      if (open) closeConnection(open);
      open = undefined;
    },
  };
}

const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 16;

/** One poll of the replica serves everybody who waits for it. */
function createReplayWait(ask: () => Promise<Lsn | undefined>) {
  const replayed = sharing(ask);
  return async (lsn: Lsn, withinMs: number): Promise<boolean> => {
    const deadlineMs = performance.now() + withinMs;
    for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_POLL_MS)) {
      const reached = await replayed().catch(() => undefined);
      if (reached === undefined) return false;
      if (reached >= lsn) return true;
      if (performance.now() + pauseMs > deadlineMs) return false;
      await delay(pauseMs);
    }
  };
}

/** Callers that come while one call is under way share its answer. */
function sharing<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
