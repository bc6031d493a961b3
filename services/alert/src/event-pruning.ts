import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import type { EventBlockRepository } from './event-block-repository.ts';

const EVERY_MS = 10 * 60_000;

/** Blocks of one statement: a long one would keep others from the disk. */
const ROWS = 1_000;

export interface EventPruning extends Worker {
  readonly prune: () => Promise<void>;
}

/** Forgets raw events that are older than they are kept, and the oldest of a tenant that has too many. */
export function createEventPruning(given: {
  readonly db: Pick<DbCluster, 'write'>;
  readonly blocks: EventBlockRepository;
  readonly now: () => Date;
  readonly log: BusLog;
  readonly keepMs: number;
  /** Of a tenant; undefined for no bound. */
  readonly keepBytes: number | undefined;
}): EventPruning {
  const { db, blocks, now, log, keepMs, keepBytes } = given;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isStopping = false;
  const prune = async (): Promise<void> => {
    const olderThan = new Date(now().getTime() - keepMs);
    while (!isStopping && (await blocks.prune(db.write, olderThan, ROWS)) === ROWS);
    if (keepBytes === undefined) return;
    while (!isStopping && (await blocks.pruneBeyond(db.write, keepBytes, ROWS)) === ROWS);
  };
  return {
    prune,
    start: () => {
      timer = setInterval(() => {
        running = prune().catch((error: unknown) => log.warn({ err: error }, 'old events not pruned'));
      }, EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      isStopping = true;
      clearInterval(timer);
      await running;
    },
  };
}
