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

/**
 * Counts how an attempt ended: at once, as almost always, or else it resolves when what follows from it is decided. Not a promise
 * each time, since every request is settled with an instance and with its service.
 */
export type Settle = (outcome: Outcome) => Promise<void> | undefined;

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
  /** An attempt begins; it must be settled with how it ended. Only when `admits()`. */
  readonly begin: () => Settle;
  readonly close: () => void;
}

/** Opossum knows failures only as rejections. */
class CountedFailure extends Error {
  override readonly name = 'CountedFailure';
}

/** What the types leave out of opossum's window of counts. */
interface Tally {
  readonly increment: (count: 'fires') => void;
}

type Circuit = CircuitBreaker<[Promise<Outcome>], void>;

const tallyOf = ({ status }: Circuit): Tally => status as unknown as Tally;

const WINDOW_MS = 10_000;

/** `onChange` hears of every change that is the breaker's own. */
export function createBreaker(
  first: BreakerSettings,
  onChange: (state: BreakerState) => void = () => undefined,
): Breaker {
  let settings = first;
  let order: BreakerOrder = 'auto';
  const judge = async (attempt: Promise<Outcome>): Promise<void> => {
    const tried = breaker;
    const isTrial = tried.halfOpen;
    const outcome = await attempt;
    if (countsAgainst(outcome)) throw new CountedFailure(outcome.kind);
    if (isTrial && provesNothing(outcome) && breaker === tried) {
      // It neither closes nor stays open for that: the next request may try. Opossum has no way back to that state but a new one.
      tried.shutdown();
      breaker = make(true);
    }
  };
  const make = (isHalfOpen: boolean): Circuit => {
    const made: Circuit = new CircuitBreaker(judge, {
      // Whoever sends a request measures its time-outs: the connection is closed with them.
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
  const fire = async (attempt: Promise<Outcome>): Promise<void> => {
    try {
      await breaker.fire(attempt);
    } catch (error) {
      if (!(error instanceof CountedFailure)) throw error;
    }
  };
  const settle: Settle = (outcome) => {
    if (countsAgainst(outcome)) return breaker.closed ? fire(Promise.resolve(outcome)) : undefined;
    // Almost every request: opossum's way of counting one costs more than the rest of its way to the instance.
    tallyOf(breaker).increment('fires');
    return undefined;
  };
  const trial = (): Settle => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const judged = fire(promise);
    return (outcome) => {
      resolve(outcome);
      return judged;
    };
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
    begin: () => {
      if (order === 'closed') return () => undefined;
      return breaker.closed ? settle : trial();
    },
    close: () => breaker.shutdown(),
  };
}
