import CircuitBreaker from 'opossum';
import { countsAgainst, type Outcome, provesNothing } from '../domain/outcome.ts';

export type BreakerState = 'closed' | 'half_open' | 'open';

/** What an operator decided; `auto` leaves it to the breaker. */
export type BreakerOrder = 'open' | 'closed' | 'auto';

export interface BreakerSettings {
  readonly errorPercent: number;
  readonly volume: number;
  readonly resetMs: number;
}

/** Stops requests to an instance, or a service, that fails too many of them, and lets one try now and then. */
export interface Breaker {
  readonly state: () => BreakerState;
  readonly order: () => BreakerOrder;
  /** Holds it open or closed whatever happens, or lets it go on by itself, closed and without a memory of before. */
  readonly force: (order: BreakerOrder) => void;
  /** Other settings from now on. Closes it, where they differ, for what was counted was counted by others. */
  readonly configure: (settings: BreakerSettings) => void;
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

/** What the types leave out of opossum's window of counts. */
interface Tally {
  readonly increment: (count: 'fires') => void;
}

type Circuit = CircuitBreaker<[() => Promise<Outcome>], Outcome>;

const tallyOf = ({ status }: Circuit): Tally => status as unknown as Tally;

const WINDOW_MS = 10_000;

/** `onChange` hears of every change that is the breaker's own. */
export function createBreaker(
  first: BreakerSettings,
  onChange: (state: BreakerState) => void = () => undefined,
): Breaker {
  let settings = first;
  let order: BreakerOrder = 'auto';
  const attempt = async (work: () => Promise<Outcome>): Promise<Outcome> => {
    const tried = breaker;
    const isTrial = tried.halfOpen;
    const outcome = await work();
    if (countsAgainst(outcome)) throw new CountedFailure(outcome);
    if (isTrial && provesNothing(outcome) && breaker === tried) {
      // It neither closes nor stays open for that: the next request may try. Opossum has no way back to that state but a new one.
      tried.shutdown();
      breaker = make(true);
    }
    return outcome;
  };
  const make = (isHalfOpen: boolean): Circuit => {
    const made: Circuit = new CircuitBreaker(attempt, {
      // Time-outs are undici's: it closes the connection as well.
      timeout: false,
      errorThresholdPercentage: settings.errorPercent,
      // Without a volume the very first failure would open it.
      volumeThreshold: settings.volume,
      resetTimeout: settings.resetMs,
      rollingCountTimeout: WINDOW_MS,
      rollingCountBuckets: 10,
      // Both sort or copy the window again and again for figures nobody reads.
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      ...(isHalfOpen && { state: { closed: false, halfOpen: true } }),
    });
    made.on('open', () => onChange('open'));
    made.on('halfOpen', () => onChange('half_open'));
    made.on('close', () => onChange('closed'));
    return made;
  };
  let breaker = make(false);
  const fire = async (work: () => Promise<Outcome>): Promise<Outcome> => {
    try {
      return await breaker.fire(work);
    } catch (error) {
      if (error instanceof CountedFailure) return error.outcome;
      throw error;
    }
  };
  return {
    state: () => {
      if (order !== 'auto') return order;
      if (breaker.opened) return 'open';
      return breaker.halfOpen ? 'half_open' : 'closed';
    },
    order: () => order,
    force: (next) => {
      if (next === 'auto' && order !== 'auto') breaker.close();
      order = next;
    },
    configure: (next) => {
      const isSame =
        next.errorPercent === settings.errorPercent &&
        next.volume === settings.volume &&
        next.resetMs === settings.resetMs;
      settings = next;
      if (isSame) return;
      const wasClosed = breaker.closed;
      breaker.shutdown();
      breaker = make(false);
      if (!wasClosed) onChange('closed');
    },
    admits: () => (order === 'auto' ? breaker.closed || breaker.pendingClose : order === 'closed'),
    run: async (work) => {
      if (order === 'closed') return work();
      if (!breaker.closed) return fire(work);
      const outcome = await work();
      // Almost every request: opossum's way of counting one costs more than the rest of its way to the instance.
      if (!countsAgainst(outcome)) tallyOf(breaker).increment('fires');
      else if (breaker.closed) await fire(() => Promise.resolve(outcome));
      return outcome;
    },
    close: () => breaker.shutdown(),
  };
}
