/** Why an instance gave no answer. */
export type Failure =
  /** The request never left: nobody took the connection. */
  | 'unreachable'
  /** The connection broke, or what came was no HTTP. */
  | 'broken'
  | 'timed_out'
  /** The time its client gave it ran out. */
  | 'expired'
  /** The client left before the answer began. */
  | 'abandoned'
  /** What the client sent cannot be passed on. */
  | 'malformed';

/** How one attempt at one instance ended. */
export type Outcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The client gave less time than the endpoint may take. */
      readonly isRushed?: boolean;
    }
  | { readonly kind: Failure; readonly reason: string };

/** An answer that speaks of a fault. 503 does not: an instance that asks to be spared is working. */
const isFaultStatus = (status: number): boolean => status >= 500 && status !== 503;

/**
 * Whether an attempt counts against the instance. What the client did (a bad request, leaving) never does; only the one
 * request that tries a half-open breaker must prove something, so leaving that one proves nothing and counts. A deadline that
 * a client set counts no more than leaving does: nobody must open a breaker for all by being impatient.
 */
export function countsAgainst(outcome: Outcome, isTrial: boolean): boolean {
  switch (outcome.kind) {
    case 'answered':
      return isFaultStatus(outcome.status) && !(outcome.status === 504 && outcome.isRushed === true);
    case 'unreachable':
    case 'broken':
    case 'timed_out':
      return true;
    case 'abandoned':
    case 'expired':
      return isTrial;
    case 'malformed':
      return false;
  }
}

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** Where a failed attempt may be tried again: nothing of an answer has reached the client yet. */
export function retryOf(
  outcome: Outcome,
  request: { readonly method: string; readonly isReplayable: boolean },
): 'nowhere' | 'elsewhere' | 'anywhere' {
  if (outcome.kind === 'unreachable') return 'elsewhere';
  // An instance may close an idle connection in the moment it is used again: the same one will do.
  if (outcome.kind === 'broken' && request.isReplayable && IDEMPOTENT.has(request.method)) return 'anywhere';
  return 'nowhere';
}
