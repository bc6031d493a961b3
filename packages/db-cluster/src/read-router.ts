import { type Bounds, chooseReplica, isWithinLag } from './choosing.ts';
import {
  CancelUnconfirmedError,
  InvalidConsistencyTokenError,
  isConnectionLost,
  isDatabaseUnavailable,
  isRecoveryConflict,
  isRefusedByRole,
  NodeChangedError,
} from './errors.ts';
import type { LogPosition } from './lsn.ts';
import type { RouterCounters } from './metrics.ts';
import type { Node } from './node.ts';
import { createPatience, type Patience, refusalOf } from './patience.ts';
import type { Replica, TopologyWatch } from './topology-watch.ts';
import { within } from './within.ts';
import { HadNoEffect } from './write-router.ts';

export interface ReadSettings {
  readonly maxLagBytes: number;
  readonly maxLagS: number;
  /** Longest a read waits for a replica to replay what its token stands for before another server answers. */
  readonly causalWaitMs: number;
  readonly failoverWaitMs: number;
}

export interface ReadRouter {
  /**
   * Runs `attempt` on a server that may answer, on another when that one fails, as long as there is time. `mayRetry` tells
   * whether an error is the server's.
   */
  readonly onReader: <T>(
    atLeast: LogPosition | undefined,
    attempt: (node: Node) => Promise<T>,
    mayRetry?: (error: unknown) => boolean,
  ) => Promise<T>;
}

export function createReadRouter(watch: TopologyWatch, counters: RouterCounters, settings: ReadSettings): ReadRouter {
  let turn = 0;

  /** A server that may answer at once; undefined when there is none, or waiting may find a replica. */
  const chooseNow = (atLeast: LogPosition | undefined, failed: ReadonlySet<Node> | undefined): Node | undefined => {
    const replicas = failed ? watch.replicas().filter(({ node }) => !failed.has(node)) : watch.replicas();
    turn = (turn + 1) % 0x40000000;
    const replica = chooseReplica(replicas, { ...settings, atLeast }, turn);
    if (replica) return replica.node;
    const { primary } = watch.view();
    if (!primary || failed?.has(primary)) return undefined;
    return atLeast === undefined || replicas.length === 0 ? primary : undefined;
  };

  /** With a token: a replica that is about to have the write, or else the primary. */
  const chooseCausal = async (
    atLeast: LogPosition,
    failed: ReadonlySet<Node> | undefined,
  ): Promise<Node | undefined> => {
    const hopeful = watch.replicas().filter((one) => !failed?.has(one.node) && isOnItsWay(one, atLeast, settings));
    const replica = chooseReplica(hopeful, settings, turn);
    if (replica && (await replica.node.hasReplayed(atLeast.lsn, settings.causalWaitMs))) return replica.node;
    const { primary } = watch.view();
    return primary && !failed?.has(primary) ? primary : undefined;
  };

  return {
    onReader: async (atLeast, attempt, mayRetry = mayAnotherAnswer) => {
      if (atLeast && atLeast.timeline > watch.view().memory.timeline) await reach(watch, atLeast, settings);
      let patience: Patience | undefined;
      /** Passed over until every server has failed; then each may be tried again. */
      let failed: Set<Node> | undefined;
      let last: { readonly node: Node; readonly error: unknown } | undefined;
      for (;;) {
        let node = chooseNow(atLeast, failed) ?? (atLeast && (await chooseCausal(atLeast, failed)));
        patience ??= node ? undefined : createPatience(watch, settings.failoverWaitMs);
        if (!node && patience) {
          if (last) await patience.afterFailureOf(last.node);
          failed = undefined;
          await watch.until(() => chooseNow(atLeast, undefined) !== undefined, patience.deadlineMs);
          node = chooseNow(atLeast, undefined);
        }
        if (!node) throw last ? asFailure(last.error) : refusalOf(watch.view());
        try {
          return await attempt(node);
        } catch (error) {
          // An error of the driver leads back to its socket; this leads back to the caller.
          if (error instanceof Error) Error.captureStackTrace(error);
          // What is only read has no outcome that anybody could be unsure of.
          if (error instanceof CancelUnconfirmedError) throw error.reason;
          if (!mayRetry(error)) throw error;
          patience ??= createPatience(watch, settings.failoverWaitMs);
          if (patience.isOver()) throw asFailure(error);
          counters.retried('read');
          if (!isRecoveryConflict(error instanceof HadNoEffect ? error.cause : error)) void node.probe();
          failed = (failed ?? new Set()).add(node);
          last = { node, error };
        }
      }
    },
  };
}

const isOnItsWay = (replica: Replica, position: LogPosition, bounds: Bounds): boolean =>
  replica.timeline >= position.timeline && isWithinLag(replica, bounds);

/** What an attempt that had no effect failed of. */
function asFailure(error: unknown): Error {
  const failure = error instanceof HadNoEffect ? error.cause : error;
  return failure instanceof Error ? failure : new Error(String(failure));
}

const mayAnotherAnswer = (error: unknown): boolean =>
  error instanceof HadNoEffect ||
  // The work of a transaction may throw what only looks like it.
  (isDatabaseUnavailable(error) && isConnectionLost(error)) ||
  isRecoveryConflict(error) ||
  isRefusedByRole(error) ||
  error instanceof NodeChangedError;

/**
 * A token of a timeline that this process has not seen: a peer may have noticed a failover first, so the servers are asked.
 * Throws `InvalidConsistencyTokenError` when the primary they agree on is of an earlier timeline all the same.
 */
async function reach(watch: TopologyWatch, position: LogPosition, settings: ReadSettings): Promise<void> {
  const patience = createPatience(watch, settings.failoverWaitMs);
  // A server that hangs is not waited for longer than a failover would be.
  await within(watch.relearn(), settings.failoverWaitMs).catch(() => undefined);
  const isReached = (): boolean => watch.view().memory.timeline >= position.timeline;
  await watch.until(({ primary }) => isReached() || primary !== undefined, patience.deadlineMs);
  if (isReached()) return;
  if (!watch.view().primary) throw refusalOf(watch.view());
  throw new InvalidConsistencyTokenError(`the consistency token is of timeline ${position.timeline}, which lies ahead`);
}
