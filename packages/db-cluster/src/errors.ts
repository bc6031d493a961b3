/** A statement or transaction that is known not to have taken effect: sending it again is safe. Retries within the bound are used up. */
export class NotCommittedError extends Error {
  override readonly name: string = 'NotCommittedError';
}

/** There is no server to write to, now and within the bound that was waited. */
export class NoPrimaryError extends NotCommittedError {
  override readonly name: string = 'NoPrimaryError';
}

/** Writing is refused: two servers say that they are the primary, or the one that does is on a timeline that has ended. */
export class SplitBrainError extends NoPrimaryError {
  override readonly name = 'SplitBrainError';
}

/** Every connection stayed busy, or a new one could not be made, for as long as a caller may wait. */
export class ConnectionWaitError extends NotCommittedError {
  override readonly name = 'ConnectionWaitError';
}

/** The server is no longer what it was when the connection was asked for. Handled inside: the choice is made again. */
export class NodeChangedError extends NotCommittedError {
  override readonly name = 'NodeChangedError';
}

/** The connection was lost with the commit under way: the write may or may not have taken effect. */
export class CommitOutcomeUnknownError extends Error {
  override readonly name = 'CommitOutcomeUnknownError';
}

/** A statement took longer than its own `timeoutMs`; it has been cancelled. */
export class StatementTimeoutError extends Error {
  override readonly name = 'StatementTimeoutError';
  readonly code = '57014';
}

/** The session of a statement that was to be cancelled has ended before the server said what became of it. Handled inside. */
export class CancelUnconfirmedError extends Error {
  override readonly name = 'CancelUnconfirmedError';
  /** Why it was to be cancelled. */
  readonly reason: Error;
  constructor(reason: Error, cause: unknown) {
    super('the connection was lost before a cancellation was confirmed', { cause });
    this.reason = reason;
  }
}

/** What was sent as a consistency token is none, is not signed by us, or is of a timeline this cluster has not reached. */
export class InvalidConsistencyTokenError extends Error {
  override readonly name = 'InvalidConsistencyTokenError';
}

/** Lost connections, a server that stops or starts, too many connections, and a primary that has become read-only. */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
  '08003',
  '25006',
]);

/** SQLSTATE classes: insufficient resources such as a full disk, and errors of the system below. */
const UNAVAILABLE_CLASS = /^(?:53|58)/;

const LOST_CONNECTION = /connection terminated|is not queryable|connection timeout|timeout expired/i;

/** SQLSTATE, or the code of an error of the socket; empty for anything else. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** A replica cancels reads that stand in the way of replaying. */
export const isRecoveryConflict = (error: unknown): boolean => codeOf(error) === '40001';

/** What the driver and the servers threw: an error of any other socket may look just the same. */
const ofDatabase = new WeakSet<Error>();

/** Marks an error as one of the database, where it comes out of the driver. */
export function markOfDatabase<E>(error: E): E {
  if (error instanceof Error) ofDatabase.add(error);
  return error;
}

/**
 * Whether the database cannot work now, as opposed to the statement or its values being wrong. Only what a cluster threw
 * counts: a caller's own request that finds its peer away fails with the same codes.
 */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  error instanceof Error &&
  (error instanceof NotCommittedError ||
    error instanceof CommitOutcomeUnknownError ||
    (ofDatabase.has(error) && saysUnavailable(error)));

/** The same by what it says, for an error that is known to come from the database. */
function saysUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof NotCommittedError || error instanceof CommitOutcomeUnknownError) return true;
  const code = codeOf(error);
  return UNAVAILABLE.has(code) || UNAVAILABLE_CLASS.test(code) || LOST_CONNECTION.test(error.message);
}

/** SQLSTATEs of a session that ends: a lost connection, an operator who intervenes, a timeout of the transaction. */
const ENDS_SESSION = /^(?:08|57P|25P0[34])/;

/**
 * Whether the server itself answered that the statement failed and the session goes on. By the SQLSTATE: the severity comes
 * in the server's language, in all of which only these two end a session.
 */
export const isAnswer = (error: unknown): boolean =>
  error instanceof Error &&
  'severity' in error &&
  error.severity !== 'FATAL' &&
  error.severity !== 'PANIC' &&
  /^[0-9A-Z]{5}$/.test(codeOf(error)) &&
  !ENDS_SESSION.test(codeOf(error));

/** The server says that it takes no writes: it has become a replica, or does not accept connections yet or any more. */
export const isRefusedByRole = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === '25006' || code === '57P03';
};

/** The session that threw the error is gone, whatever it was doing. */
export const isConnectionLost = (error: unknown): boolean =>
  saysUnavailable(error) && !isAnswer(error) && !UNAVAILABLE_CLASS.test(codeOf(error));
