import CircuitBreaker from 'opossum';
import { countsAgainst, type Outcome } from '../domain/outcome.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface BreakerSettings {
  readonly errorPercent: number;
  readonly volume: number;
  readonly resetMs: number;
}

/** Stops requests to an instance that fails too many of them, and lets one try now and then. */
export interface Breaker {
  readonly state: () => BreakerState;
  /** Whether `run` would let a request through now. */
  readonly admits: () => boolean;
  /** Makes the attempt and counts how it ended. Only when `admits()`. */
  readonly run: (attempt: () => Promise<Outcome>) => Promise<Outcome>;
  readonly close: () => void;
}

/** Carries an outcome that counts as a failure through opossum, which knows failures only as rejections. */
class CountedFailure extends Error {
  override readonly name = 'CountedFailure';
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

const WINDOW_MS = 10_000;

export function createBreaker({ errorPercent, volume, resetMs }: BreakerSettings): Breaker {
  const attempt = async (work: () => Promise<Outcome>): Promise<Outcome> => {
    const isTrial = breaker.halfOpen;
    const outcome = await work();
    if (countsAgainst(outcome, isTrial)) throw new CountedFailure(outcome);
    return outcome;
  };
  const breaker: CircuitBreaker<[() => Promise<Outcome>], Outcome> = new CircuitBreaker(attempt, {
    // Time-outs are undici's: it closes the connection as well.
    timeout: false,
    errorThresholdPercentage: errorPercent,
    // Without a volume the very first failure would open it.
    volumeThreshold: volume,
    resetTimeout: resetMs,
    rollingCountTimeout: WINDOW_MS,
    rollingCountBuckets: 10,
    // Both sort or copy the window again and again for figures nobody reads.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  return {
    state: () => {
      if (breaker.opened) return 'open';
      return breaker.halfOpen ? 'half_open' : 'closed';
    },
    admits: () => breaker.closed || breaker.pendingClose,
    run: async (work) => {
      try {
        return await breaker.fire(work);
      } catch (error) {
        if (error instanceof CountedFailure) return error.outcome;
        throw error;
      }
    },
    close: () => breaker.shutdown(),
  };
}
