import { TLSSocket } from 'node:tls';
import type pg from 'pg';
import { createAdminSession } from './admin-session.ts';
import { NodeChangedError } from './errors.ts';
import type { Lsn } from './lsn.ts';
import { nodeName } from './node-name.ts';
import { type ConnectionPool, createConnectionPool, type PoolOptions } from './pool.ts';
import { createPlanner } from './planner.ts';
import { askFacts, askReplayed, type NodeFacts } from './probe.ts';
import { createReplayWait } from './replay-wait.ts';

/** One server: what it is, and the sessions with it. */
export interface Node {
  /** Host and port; never with credentials. */
  readonly name: string;
  readonly url: string;
  readonly pool: ConnectionPool;
  /** What it said at its last probe; undefined while it does not answer. */
  readonly facts: () => NodeFacts | undefined;
  /** When the certificate ends that it showed at the last session; undefined without TLS. */
  readonly certificateEndsAt: () => Date | undefined;
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
  let certificateEndsAt: Date | undefined;

  const pool = createConnectionPool({
    ...options,
    sizeConnections: () => (facts?.role === 'replica' ? options.replicaSize : options.primarySize),
    verify: ({ isStandby, client }) => {
      certificateEndsAt = certificateEndOf(client);
      if (facts === undefined || isStandby === undefined || isStandby === (facts.role === 'replica')) return undefined;
      onDoubt();
      return new NodeChangedError(`${name} is no longer the ${facts.role}`);
    },
  });
  const admin = createAdminSession(options, options.probeTimeoutMs, onDoubt);
  const planner = createPlanner(options);

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
    certificateEndsAt: () => certificateEndsAt,
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
    explain: planner.explain,
    close: async () => {
      admin.close();
      planner.close();
      await pool.close();
    },
  };
}

function certificateEndOf({ connection }: pg.Client): Date | undefined {
  const { stream } = connection;
  return stream instanceof TLSSocket ? stream.getPeerX509Certificate()?.validToDate : undefined;
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
