import type { QueryResult } from 'pg';
import {
  closeConnection,
  type Connection,
  type ConnectionSettings,
  clientConfig,
  openConnection,
} from './connection.ts';
import { markOfDatabase, NodeChangedError } from './errors.ts';
import { asError, createWaitingLine } from './waiting-line.ts';
import { within } from './within.ts';

export interface PooledConnection extends Connection {
  /** The epoch of the server under which it was opened. */
  readonly epoch: number;
  /** When it was last taken or given back, or a statement in it began or ended, on the monotonic clock. */
  sinceMs: number;
  /** Statements that were sent in it and are not answered; the first of them began at `sinceMs`. */
  underWay: number;
  /** Longest each of its statements may take, where it is another than the cluster's. */
  statementTimeoutMs: number | undefined;
  /** Set when something is left in the session that must not reach the next caller. */
  isSpoilt: boolean;
}

export interface PoolOptions extends ConnectionSettings {
  readonly sizeConnections: () => number;
  /** Longest a caller waits for a connection. */
  readonly waitMs: number;
  readonly idleTimeoutMs: number;
  /** Longest `close` waits for connections to be given back. */
  readonly closeWaitMs: number;
  /** Told about sessions that were lost while nobody used them. */
  readonly onIdleLost: (error: Error) => void;
  /** Asked about every new session; an error refuses it, and all who wait. */
  readonly verify: (connection: Connection) => NodeChangedError | undefined;
}

/** By how long a statement has been under way, and the limit of its connection where it has one of its own. */
type IsHopeless = (underWayForMs: number, statementTimeoutMs: number | undefined) => boolean;

/** The sessions with one server. All of them belong to one epoch: a server that changes its role begins with none. */
export interface ConnectionPool {
  /** An idle connection at once, or undefined. */
  readonly takeIdle: (isPreferred?: (connection: PooledConnection) => boolean) => PooledConnection | undefined;
  /** Throws `ConnectionWaitError` when none becomes free in time, `NodeChangedError` when the server is another by then. */
  readonly take: (signal?: AbortSignal) => Promise<PooledConnection>;
  /** Gives a connection back; one that is lost, spoilt or of an earlier epoch is closed. */
  readonly give: (connection: PooledConnection, nowMs?: number) => void;
  /** Closes what is idle, refuses those who wait, and closes what is busy once it is given back. */
  readonly beginEpoch: (reason: string) => void;
  readonly epoch: () => number;
  readonly load: () => number;
  readonly counts: () => { readonly idle: number; readonly busy: number; readonly waiting: number };
  /** Closes idle connections beyond their time, and those whose statement `isHopeless` says nothing will come of. */
  readonly sweep: (nowMs: number, isHopeless: IsHopeless) => void;
  /** Refuses new callers; resolves when the last connection was given back, or is closed because that took too long. */
  readonly close: () => Promise<void>;
}

export function createConnectionPool(options: PoolOptions): ConnectionPool {
  const idle: PooledConnection[] = [];
  const busy = new Set<PooledConnection>();
  const line = createWaitingLine<PooledConnection>(options.waitMs);
  let epoch = 0;
  let closed: PromiseWithResolvers<void> | undefined;

  const hand = (connection: PooledConnection, nowMs: number): void => {
    connection.sinceMs = nowMs;
    if (line.length() === 0) {
      busy.delete(connection);
      idle.push(connection);
    } else {
      busy.add(connection);
      line.serve(connection);
    }
  };
  const forget = (lost: Connection): void => {
    const index = idle.findIndex((one) => one === lost);
    if (index === -1) return;
    idle.splice(index, 1);
    if (lost.lost) options.onIdleLost(lost.lost);
  };
  const opener = createOpener(options, forget, () => epoch);

  /** Opens as many as there are callers without a connection on its way, within the size of the pool. */
  const openMore = (): void => {
    const room = options.sizeConnections() - idle.length - busy.size - opener.underWay();
    const wanted = closed ? 0 : Math.min(room, line.length() - opener.underWay());
    for (let index = 0; index < wanted; index += 1) void openOne();
  };
  const openOne = async (): Promise<void> => {
    const opened = await opener.open();
    if (opened instanceof NodeChangedError) line.refuseAll(opened);
    else if (opened instanceof Error) line.refuseFirst(opened);
    else if (opened.epoch === epoch && !closed) hand(opened, performance.now());
    else closeConnection(opened);
    openMore();
    settleClose();
  };
  const settleClose = (): void => {
    if (closed && busy.size === 0 && opener.underWay() === 0) closed.resolve();
  };

  const takeIdle: ConnectionPool['takeIdle'] = (isPreferred) => {
    const preferred = isPreferred ? idle.findLastIndex(isPreferred) : -1;
    if (preferred !== -1) idle.push(...idle.splice(preferred, 1));
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (connection.lost) continue;
      connection.sinceMs = performance.now();
      busy.add(connection);
      return connection;
    }
    return undefined;
  };
  const closeIdle = (): void => {
    for (const connection of idle.splice(0)) closeConnection(connection);
  };

  return {
    takeIdle,
    take: (signal) => {
      if (closed) return Promise.reject(new NodeChangedError('the cluster is closed'));
      if (signal?.aborted) return Promise.reject(asError(signal.reason));
      const found = takeIdle();
      if (found) return Promise.resolve(found);
      const served = line.join(signal);
      openMore();
      return served;
    },
    give: (connection, nowMs = performance.now()) => {
      if (connection.lost || connection.isSpoilt || connection.epoch !== epoch || closed) {
        busy.delete(connection);
        closeConnection(connection);
        openMore();
        settleClose();
      } else hand(connection, nowMs);
    },
    beginEpoch: (reason) => {
      epoch += 1;
      closeIdle();
      line.refuseAll(new NodeChangedError(reason));
    },
    epoch: () => epoch,
    load: () => busy.size + line.length(),
    counts: () => ({ idle: idle.length, busy: busy.size, waiting: line.length() }),
    sweep: (nowMs, isHopeless) => {
      while (idle[0] && nowMs - idle[0].sinceMs > options.idleTimeoutMs) {
        const [oldest] = idle.splice(0, 1);
        if (oldest) closeConnection(oldest);
      }
      for (const one of busy) if (isStuck(one, nowMs, isHopeless)) closeConnection(one);
    },
    close: async () => {
      if (!closed) {
        closed = Promise.withResolvers();
        closeIdle();
        line.refuseAll(new NodeChangedError('the cluster is closed'));
        settleClose();
      }
      // Whoever holds one for longer loses it.
      await within(closed.promise, options.closeWaitMs).catch(() => busy.forEach(closeConnection));
    },
  };
}

/** One with nothing under way, between two statements of a transaction, is never stuck. */
const isStuck = (connection: PooledConnection, nowMs: number, isHopeless: IsHopeless): boolean =>
  connection.underWay > 0 && isHopeless(nowMs - connection.sinceMs, connection.statementTimeoutMs);

/** A statement is about to be sent. */
export function beginStatement(connection: PooledConnection, nowMs = performance.now()): void {
  if (connection.underWay === 0) connection.sinceMs = nowMs;
  connection.underWay += 1;
}

/** A statement was answered, or has failed; what was sent behind it begins. */
export function endStatement(connection: PooledConnection, nowMs = performance.now()): void {
  connection.sinceMs = nowMs;
  connection.underWay -= 1;
}

/** Sends text of this package's own, which may be several statements. */
export async function sendCommand(connection: PooledConnection, text: string): Promise<QueryResult> {
  beginStatement(connection);
  try {
    return await connection.client.query(text);
  } finally {
    endStatement(connection);
  }
}

const asPooled = (opened: Connection, epoch: number): PooledConnection =>
  Object.assign(opened, {
    epoch,
    sinceMs: performance.now(),
    isSpoilt: false,
    underWay: 0,
    statementTimeoutMs: undefined,
  });

/** Opens sessions and counts those on their way; a failure is an answer like any other. */
function createOpener(options: PoolOptions, onLost: (connection: Connection) => void, epoch: () => number) {
  const config = clientConfig(options);
  let underWay = 0;
  return {
    underWay: () => underWay,
    open: async (): Promise<PooledConnection | Error> => {
      const openedIn = epoch();
      underWay += 1;
      try {
        const opened = await openConnection(config, onLost);
        const refusal = options.verify(opened);
        if (refusal) closeConnection(opened);
        return refusal ?? asPooled(opened, openedIn);
      } catch (error) {
        return markOfDatabase(asError(error));
      } finally {
        underWay -= 1;
      }
    },
  };
}
