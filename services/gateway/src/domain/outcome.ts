/** Why an instance gave no answer. */
export type Failure =
  /** The request never left: nobody took the connection. */
  | 'unreachable'
  /** The connection broke, or what came was no HTTP. */
  | 'broken'
  | 'timed_out'
  /** The instance fell silent, by its probes, before it answered. */
  | 'silent'
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

const isLateForImpatience = (outcome: Outcome): boolean =>
  outcome.kind === 'answered' && outcome.status === 504 && outcome.isRushed === true;

/**
 * Whether an attempt counts against the instance. What the client did (a bad request, leaving) never does, and a deadline that it
 * set no more than that: nobody must open a breaker for all by being impatient.
 */
export function countsAgainst(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'answered':
      return isFaultStatus(outcome.status) && !isLateForImpatience(outcome);
    case 'unreachable':
    case 'broken':
    case 'timed_out':
    case 'silent':
      return true;
    case 'abandoned':
    case 'expired':
    case 'malformed':
      return false;
  }
}

/** Whether an attempt says nothing of the instance: its client saw to that. */
export const provesNothing = (outcome: Outcome): boolean =>
  outcome.kind === 'abandoned' ||
  outcome.kind === 'expired' ||
  outcome.kind === 'malformed' ||
  isLateForImpatience(outcome);

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** A request that may be made more than once, and sent again. */
export interface Repeatable {
  readonly method: string;
  readonly isReplayable: boolean;
}

export const isRepeatable = ({ method, isReplayable }: Repeatable): boolean => isReplayable && IDEMPOTENT.has(method);

/** Where a failed attempt may be tried again: nothing of an answer has reached the client yet. */
export function retryOf(outcome: Outcome, request: Repeatable): 'nowhere' | 'elsewhere' | 'anywhere' {
  if (outcome.kind === 'unreachable') return 'elsewhere';
  if (!isRepeatable(request)) return 'nowhere';
  if (outcome.kind === 'silent') return 'elsewhere';
  // An instance may close an idle connection in the moment it is used again: the same one will do.
  return outcome.kind === 'broken' ? 'anywhere' : 'nowhere';
}
