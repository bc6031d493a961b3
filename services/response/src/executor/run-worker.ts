import { asSystem, type DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import type { Lease, LeaseRepository } from '../lease-repository.ts';

export interface RunWorker extends Worker {
  /** There may be a run to execute. Call after the commit that made it due. */
  readonly wake: () => void;
}

/**
 * Claims due runs and executes at most `concurrency` of them at a time. Any number of workers may share a database: a
 * lease gives each run to one of them.
 */
export function createRunWorker(options: {
  readonly db: DbCluster;
  readonly leases: LeaseRepository;
  readonly execute: (lease: Lease, isStopping: () => boolean) => Promise<void>;
  readonly concurrency: number;
  readonly pollMs: number;
  readonly log: BusLog;
}): RunWorker {
  const { db, leases, execute, concurrency, pollMs, log } = options;
  const active = new Set<Promise<void>>();
  let state: 'new' | 'running' | 'stopping' = 'new';
  let claiming: Promise<void> | undefined;
  let isWakened = false;
  let timer: NodeJS.Timeout | undefined;

  const start = (lease: Lease): void => {
    const run = execute(lease, () => state === 'stopping')
      .catch((error: unknown) => log.error({ err: error, runId: lease.runId }, 'run interrupted'))
      .finally(() => {
        active.delete(run);
        wake();
      });
    active.add(run);
  };

  const claim = async (): Promise<void> => {
    const free = concurrency - active.size;
    if (free <= 0) return;
    const claimed = await leases.claim(db.write, free);
    claimed.forEach(start);
    // A full hand may mean that there are more; the end of any of these wakes us again.
  };

  const wake = (): void => {
    if (state !== 'running') return;
    if (claiming) {
      isWakened = true;
      return;
    }
    isWakened = false;
    // For all tenants, whosever request it is that wakes it.
    claiming = asSystem(claim)
      .catch((error: unknown) => log.warn({ err: error }, 'runs not claimed'))
      .finally(() => {
        claiming = undefined;
        if (isWakened) wake();
      });
  };

  return {
    wake,
    start: () => {
      state = 'running';
      timer = setInterval(wake, pollMs);
      wake();
    },
    stop: async () => {
      state = 'stopping';
      clearInterval(timer);
      await claiming;
      await Promise.all(active);
    },
  };
}
