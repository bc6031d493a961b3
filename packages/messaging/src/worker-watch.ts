import type { BusLog } from './log.ts';

/** A worker of a queue, as far as it is watched. */
export interface WatchedWorker {
  readonly isBusy: () => boolean;
  /** May never resolve for a worker that hangs. */
  readonly close: () => Promise<void>;
}

export interface WorkerWatch {
  /** Closes the worker that is open now. */
  readonly close: () => Promise<void>;
}

/** So often in a row a job must be found overdue and the worker idle: one look may fall between a job's time and its fetch. */
const LOOKS = 2;

/**
 * Opens a worker, and another in its place when jobs are overdue and it fetches none. After the master of its queue was
 * killed in a Redis Cluster, a worker of BullMQ 6.7 now and then fetches nothing any more (seen in about one of ten runs of
 * the test that kills masters, without an error that would tell why); the jobs are safe, and a new worker has them at once.
 */
export function watchWorker(options: {
  readonly open: () => WatchedWorker;
  /** Whether a job is due for longer than fetching it takes. */
  readonly isOverdue: () => Promise<boolean>;
  readonly everyMs: number;
  readonly log: BusLog;
}): WorkerWatch {
  const { open, isOverdue, everyMs, log } = options;
  let worker = open();
  let suspicions = 0;
  let isClosed = false;

  const look = async (): Promise<void> => {
    if (worker.isBusy() || !(await isOverdue())) {
      suspicions = 0;
      return;
    }
    suspicions += 1;
    if (suspicions < LOOKS || isClosed) return;
    suspicions = 0;
    log.warn({}, 'the worker of the retry queue fetches nothing, another takes its place');
    const hanging = worker;
    worker = open();
    void hanging.close();
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.warn({ err: error }, 'retry queue not looked at'));
  }, everyMs);
  timer.unref();

  return {
    close: () => {
      isClosed = true;
      clearInterval(timer);
      return worker.close();
    },
  };
}
