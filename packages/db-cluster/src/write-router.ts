import {
  CancelUnconfirmedError,
  CommitOutcomeUnknownError,
  ConnectionWaitError,
  isAnswer,
  isConnectionLost,
  isRefusedByRole,
  NodeChangedError,
  NotCommittedError,
} from './errors.ts';
import type { RouterCounters } from './metrics.ts';
import type { Node } from './node.ts';
import type { PooledConnection } from './pool.ts';
import { createPatience, type Patience, waitForPrimary } from './patience.ts';
import type { Outgoing, QueryOptions, Sender } from './sender.ts';
import type { TopologyWatch } from './topology-watch.ts';

export interface WriteOptions extends QueryOptions {
  /** The statement has the same effect when it runs twice: it is sent again also when it may have taken effect. */
  readonly idempotent?: boolean;
  /** Housekeeping that nobody reads back: consistency tokens need not cover it, and cost no question for its sake. */
  readonly untracked?: boolean;
}

/** An attempt that failed and is known to have had no effect. */
export class HadNoEffect extends Error {
  override readonly name = 'HadNoEffect';
  override readonly cause: unknown;
  constructor(cause: unknown) {
    super('had no effect');
    this.cause = cause;
  }
}

export interface WriteRouter {
  readonly write: (outgoing: Outgoing, options: WriteOptions | undefined) => Promise<object[]>;
  /** Runs `attempt` on the primary, again while it throws `HadNoEffect` and there is time. */
  readonly onPrimary: <T>(kind: 'write' | 'tx', attempt: (primary: Node) => Promise<T>) => Promise<T>;
}

export function createWriteRouter(
  watch: TopologyWatch,
  sender: Sender,
  counters: RouterCounters,
  failoverWaitMs: number,
): WriteRouter {
  const onPrimary: WriteRouter['onPrimary'] = async (kind, attempt) => {
    let patience: Patience | undefined;
    for (;;) {
      const node = watch.view().primary ?? (await waitForPrimary(watch, (patience ??= begin())));
      try {
        return await attempt(node);
      } catch (error) {
        if (!(error instanceof HadNoEffect)) throw error;
        patience ??= begin();
        if (patience.isOver()) throw notCommitted(error);
        counters.retried(kind);
        await patience.afterFailureOf(node);
      }
    }
  };
  const begin = (): Patience => createPatience(watch, failoverWaitMs);

  const writeOn = async (node: Node, outgoing: Outgoing, options: WriteOptions | undefined): Promise<object[]> => {
    const taken = beforeSending(options?.signal, () => sender.checkOut(node, options?.signal));
    const connection = taken instanceof Promise ? await taken : taken;
    try {
      const rows = await sender.runAndGive(node, connection, outgoing, options);
      refuseUnreplicated(connection, counters);
      return rows;
    } catch (error) {
      // An error of the driver leads back to its socket; this leads back to the caller.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw asOutcome(error, options?.idempotent === true, counters);
    }
  };

  return {
    onPrimary,
    write: (outgoing, options) => onPrimary('write', (node) => writeOn(node, outgoing, options)),
  };
}

/** Whatever goes wrong before a statement is sent has had no effect. Throws `HadNoEffect` when another try may help. */
export function beforeSending<T>(signal: AbortSignal | undefined, checkOut: () => T | Promise<T>): T | Promise<T> {
  signal?.throwIfAborted();
  const taken = checkOut();
  return taken instanceof Promise ? taken.catch(refuseUnsent) : taken;
}

function refuseUnsent(error: unknown): never {
  const mayPass = isConnectionLost(error) || isRefusedByRole(error) || error instanceof NodeChangedError;
  if (mayPass && !(error instanceof ConnectionWaitError)) throw new HadNoEffect(error);
  throw error;
}

const NEVER_SENT = /is not queryable/;
const mayHaveBeenSent = (error: unknown): boolean => !(error instanceof Error && NEVER_SENT.test(error.message));

function asOutcome(error: unknown, isIdempotent: boolean, counters: RouterCounters): unknown {
  if (isRefusedByRole(error)) return new HadNoEffect(error);
  if (error instanceof CommitOutcomeUnknownError) return error;
  if (error instanceof CancelUnconfirmedError) {
    return isIdempotent || !mayHaveBeenSent(error.cause) ? error.reason : outcomeUnknown(error, counters);
  }
  if (isAnswer(error) || !isConnectionLost(error)) return error;
  const wasSent = mayHaveBeenSent(error);
  if (!wasSent || isIdempotent) return new HadNoEffect(error);
  return outcomeUnknown(error, counters);
}

/** What the primary alone has is lost when it dies. Throws `CommitOutcomeUnknownError`. */
export function refuseUnreplicated(connection: PooledConnection, counters: RouterCounters): void {
  if (!connection.isUnreplicated) return;
  connection.isSpoilt = true;
  counters.outcomeUnknown();
  throw new CommitOutcomeUnknownError('committed on the primary, before the synchronous replica had confirmed it');
}

export function outcomeUnknown(error: unknown, counters: RouterCounters): CommitOutcomeUnknownError {
  counters.outcomeUnknown();
  return new CommitOutcomeUnknownError('the connection was lost before the commit was confirmed', { cause: error });
}

const notCommitted = ({ cause }: HadNoEffect): NotCommittedError =>
  cause instanceof NotCommittedError
    ? cause
    : new NotCommittedError(`nothing was committed: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
