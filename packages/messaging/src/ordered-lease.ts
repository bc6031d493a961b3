import { setTimeout as pause } from 'node:timers/promises';
import type { Queryable } from '@soc/db-cluster';
import type { BusLog } from './log.ts';
import type { OrderedRepository } from './ordered-repository.ts';

/** Another replica holds the lease by now: what was begun under the old epoch must not be committed. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface LeaseTimes {
  /** A holder that does not renew for so long is taken for dead. */
  readonly forMs: number;
  readonly renewEveryMs: number;
  /** How often one that waits for the lease asks for it. */
  readonly askEveryMs: number;
}

const LEASE_TIMES: LeaseTimes = { forMs: 4_000, renewEveryMs: 1_000, askEveryMs: 250 };

/** A turn as the holder. */
export interface Tenure {
  readonly epoch: number;
  /** Aborted when the lease is lost or the replica stops: nothing new is begun then. */
  readonly signal: AbortSignal;
}

export interface OrderedLease {
  readonly start: () => void;
  /** Waits for what the holder has under way, and gives the lease up. */
  readonly stop: () => Promise<void>;
}

/**
 * Waits for the lease of a noun and then runs `hold` for as long as it can be renewed. The lease only keeps replicas from
 * working against each other; what keeps order is that each transaction of a handler checks the epoch.
 */
export function createOrderedLease(options: {
  readonly noun: string;
  /** Unique among the replicas and the same after a restart: a restarted holder goes on at once. */
  readonly holder: string;
  readonly db: { readonly write: Queryable };
  readonly repository: OrderedRepository;
  /** Ends soon after its signal is aborted. */
  readonly hold: (tenure: Tenure) => Promise<void>;
  readonly log: BusLog;
  readonly times?: LeaseTimes;
}): OrderedLease {
  const { noun, holder, db, repository, hold, log, times = LEASE_TIMES } = options;
  const stopping = new AbortController();
  const { signal: stopped } = stopping;
  let running: Promise<void> = Promise.resolve();

  const sleep = (ms: number, signal: AbortSignal = stopped): Promise<unknown> =>
    pause(ms, undefined, { signal }).catch(() => undefined);

  /** Resolves when the lease can be trusted no longer. The holder's own clock counts from before each renewal. */
  const keepRenewing = async (epoch: number, ended: AbortSignal): Promise<void> => {
    let renewedAtMs = performance.now();
    while (!ended.aborted) {
      await sleep(times.renewEveryMs, ended);
      if (ended.aborted) return;
      const startedAtMs = performance.now();
      try {
        if (!(await repository.renewLease(db.write, noun, epoch, times.forMs))) return;
        renewedAtMs = startedAtMs;
      } catch (error) {
        log.warn({ err: error, noun, epoch }, 'lease of ordered events not renewed');
        if (performance.now() - renewedAtMs > times.forMs) return;
      }
    }
  };

  const giveUp = async (epoch: number): Promise<void> => {
    try {
      await repository.releaseLease(db.write, noun, epoch);
    } catch (error) {
      log.warn({ err: error, noun, epoch }, 'lease of ordered events not given up, it will expire');
    }
  };

  const serve = async (epoch: number): Promise<void> => {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, stopped]);
    log.info({ noun, epoch }, 'handles the ordered events');
    const renewals = keepRenewing(epoch, ended.signal).then(() => ended.abort());
    try {
      await hold({ epoch, signal });
    } finally {
      ended.abort();
      await renewals;
      await giveUp(epoch);
    }
  };

  const run = async (): Promise<void> => {
    let isDeclared = false;
    for (let from: string | undefined = holder; !stopped.aborted;) {
      try {
        if (!isDeclared) await repository.declareLease(db.write, noun);
        isDeclared = true;
        const epoch = await repository.takeLease(db.write, { noun, holder, forMs: times.forMs, from });
        from = undefined;
        if (epoch === undefined) await sleep(times.askEveryMs);
        else await serve(epoch);
      } catch (error) {
        if (stopped.aborted) return;
        log.warn({ err: error, noun }, 'lease of ordered events interrupted, will ask again');
        await sleep(times.askEveryMs);
      }
    }
  };

  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
